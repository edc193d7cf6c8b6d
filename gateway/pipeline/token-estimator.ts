import { LRUCache } from 'lru-cache';

import type { GenerateRequest, PromptSize, Usage } from '../generation/request.ts';

/** Bytes of English text a token, before a model has told; byte-pair vocabularies of 32k to 128k words lie near it. */
export const BYTES_PER_TOKEN_DEFAULT = 4;

/** Output reckoned with before a model has answered once: half of what chat traces commonly show at their mean. */
export const OUTPUT_TOKENS_DEFAULT = 256;

/** Share of the newest answer in the running means: the last thirty or so count. */
const LEARNING_RATE = 0.05;

/** Models that are remembered; the least recently used is forgotten. */
const MODELS_MAX = 1_000;

interface Learned {
  bytesPerToken: number;
  outputTokens: number;
}

/** Reckons token counts without a tokenizer: bytes per token and answer lengths, learned for each model from usage. */
export class TokenEstimator {
  readonly #models = new LRUCache<string, Learned>({ max: MODELS_MAX });

  /** Tokens of a prompt: counted where it came as ids, else by bytes; at least 1. */
  promptTokens(model: string, prompt: PromptSize): number {
    if (prompt.tokens !== undefined) return Math.max(prompt.tokens, 1);
    const { bytesPerToken } = this.#learned(model);
    return Math.max(Math.round(prompt.textBytes / bytesPerToken), 1);
  }

  /** Tokens that the answer will probably have; exact where the request runs to its maximum. */
  outputTokens(model: string, request: GenerateRequest): number {
    const max = request.outputTokensMax ?? Infinity;
    if (request.ignoresEndOfSequence && max !== Infinity) return max;
    return Math.min(Math.max(Math.round(this.#learned(model).outputTokens), 1), max);
  }

  /** Learns from the counts that an engine told of a finished request. */
  learn(model: string, request: GenerateRequest, usage: Usage): void {
    const learned = this.#learned(model);
    const { tokens, textBytes } = request.prompt;
    if (tokens === undefined && usage.promptTokens > 0 && textBytes > 0) {
      learned.bytesPerToken +=
        LEARNING_RATE * (textBytes / usage.promptTokens - learned.bytesPerToken);
    }
    if (!request.ignoresEndOfSequence) {
      learned.outputTokens += LEARNING_RATE * (usage.outputTokens - learned.outputTokens);
    }
    this.#models.set(model, learned);
  }

  #learned(model: string): Learned {
    return (
      this.#models.get(model) ?? {
        bytesPerToken: BYTES_PER_TOKEN_DEFAULT,
        outputTokens: OUTPUT_TOKENS_DEFAULT,
      }
    );
  }
}
