import { LRUCache } from 'lru-cache';

import type { GenerateRequest, PromptSize, Usage } from '../generation/request.ts';

/** Bytes of English text a token, before a model has told; byte-pair vocabularies of 32k to 128k words lie near it. */
export const BYTES_PER_TOKEN_DEFAULT = 4;

/** Output reckoned with before a model has answered once, some ten sentences; the first answers outweigh it. */
export const OUTPUT_TOKENS_DEFAULT = 256;

/** Least share of the newest answer in a mean: about the last twenty count. */
const LEARNING_RATE_MIN = 0.05;

/** Models that are remembered; the least recently used is forgotten. */
const MODELS_MAX = 1_000;

/** A mean that forgets. What it starts from counts as one answer. */
class RunningMean {
  #value: number;
  #answers = 1;

  constructor(start: number) {
    this.#value = start;
  }

  get value(): number {
    return this.#value;
  }

  learn(sample: number): void {
    this.#answers += 1;
    const rate = Math.max(1 / this.#answers, LEARNING_RATE_MIN);
    this.#value += rate * (sample - this.#value);
  }
}

class Learned {
  readonly bytesPerToken = new RunningMean(BYTES_PER_TOKEN_DEFAULT);
  readonly outputTokens = new RunningMean(OUTPUT_TOKENS_DEFAULT);
}

/** Reckons token counts without a tokenizer: bytes per token and answer lengths, learned for each model from usage. */
export class TokenEstimator {
  readonly #models = new LRUCache<string, Learned>({ max: MODELS_MAX });

  /** Tokens of a prompt: counted where it came as ids, else by bytes; at least 1. */
  promptTokens(model: string, prompt: PromptSize): number {
    if (prompt.tokens !== undefined) return Math.max(prompt.tokens, 1);
    const { bytesPerToken } = this.#learned(model);
    return Math.max(Math.round(prompt.textBytes / bytesPerToken.value), 1);
  }

  /** Tokens that the answer will probably have; exact where the request runs to its maximum. */
  outputTokens(model: string, request: GenerateRequest): number {
    const max = request.outputTokensMax ?? Infinity;
    if (request.ignoresEndOfSequence && max !== Infinity) return max;
    return Math.min(Math.max(Math.round(this.#learned(model).outputTokens.value), 1), max);
  }

  /** Learns from the counts that an engine told of a finished request. */
  learn(model: string, request: GenerateRequest, usage: Usage): void {
    const learned = this.#learned(model);
    const { tokens, textBytes } = request.prompt;
    if (tokens === undefined && usage.promptTokens > 0 && textBytes > 0) {
      learned.bytesPerToken.learn(textBytes / usage.promptTokens);
    }
    if (!request.ignoresEndOfSequence) {
      learned.outputTokens.learn(usage.outputTokens);
    }
    this.#models.set(model, learned);
  }

  #learned(model: string): Learned {
    return this.#models.get(model) ?? new Learned();
  }
}
