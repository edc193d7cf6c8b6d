import { LRUCache } from 'lru-cache';

import type { PromptSize } from '../generation/request.ts';

/** Bytes of English text a token, before a model has told; byte-pair vocabularies of 32k to 128k words lie near it. */
export const BYTES_PER_TOKEN_DEFAULT = 4;

/**
 * Most bytes of a request that one token stands for: the longest of byte-pair vocabularies are runs of 128 spaces,
 * and JSON may write each as the six bytes of `\u0020`.
 */
export const BYTES_PER_TOKEN_MAX: number = 128 * 6;

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

/** Tokens that a prompt has in any case: all where it came as ids, else by the longest tokens; at least 1. */
export function promptTokensMin({ tokens, textBytes }: PromptSize): number {
  return Math.max(tokens ?? Math.floor(textBytes / BYTES_PER_TOKEN_MAX), 1);
}

/** Reckons the tokens of prompts without a tokenizer: by bytes per token, learned for each model from usage. */
export class TokenEstimator {
  readonly #bytesPerToken = new LRUCache<string, RunningMean>({ max: MODELS_MAX });

  /** Tokens of a prompt: counted where it came as ids, else by bytes; at least 1. */
  promptTokens(model: string, prompt: PromptSize): number {
    if (prompt.tokens !== undefined) return Math.max(prompt.tokens, 1);
    const bytesPerToken = this.#bytesPerToken.get(model)?.value ?? BYTES_PER_TOKEN_DEFAULT;
    return Math.max(Math.round(prompt.textBytes / bytesPerToken), 1);
  }

  /** Learns from the tokens that an engine counted in a prompt. */
  learn(model: string, { tokens, textBytes }: PromptSize, promptTokens: number): void {
    if (tokens !== undefined || promptTokens <= 0 || textBytes <= 0) return;
    const mean = this.#bytesPerToken.get(model) ?? new RunningMean(BYTES_PER_TOKEN_DEFAULT);
    mean.learn(textBytes / promptTokens);
    this.#bytesPerToken.set(model, mean);
  }
}
