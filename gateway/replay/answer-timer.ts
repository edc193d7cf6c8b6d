import { strict as assert } from 'node:assert';
import type { RequestResult } from './request-result.ts';
import type { ToldUsage } from './wire-formats/wire-format.ts';
import type { RuleSet, WorkloadRequest } from './workload.ts';

/** What a client learns of an answer beside its chunks. */
export interface AnswerEnd {
  readonly atMs: number;
  /** Words in the text that came. */
  readonly words: number;
  /** What the engine says of token counts, where it says anything. */
  readonly usage: ToldUsage | undefined;
  readonly text: string;
  readonly replica: string | undefined;
}

/** What of a request must be known to tell its result. */
export type TimedRequest = Pick<WorkloadRequest, 'index' | 'promptTokens' | 'outputTokens'>;

/** Gaps that fit before the first growth, where the request does not say. */
const GAPS_MIN = 16;

/**
 * The client's clocks of one request, by the rules of the reference. Times are milliseconds from the
 * start of the run, at speed 1.
 */
export class AnswerTimer {
  readonly #request: TimedRequest;
  readonly #startMs: number;
  #firstMs: number | undefined;
  #lastMs = 0;
  #gaps: Float64Array;
  #gapCount = 0;

  constructor(request: TimedRequest, startMs: number) {
    this.#request = request;
    this.#startMs = startMs;
    this.#gaps = new Float64Array(Math.max(request.outputTokens, GAPS_MIN));
  }

  /**
   * A chunk with text came. It is one gap however many tokens it holds, save where the backend says
   * how many it added: then the gap is shared out among `entries` of them.
   */
  chunk(atMs: number, entries = 1): void {
    if (this.#firstMs === undefined) {
      this.#firstMs = atMs;
    } else {
      const gapMs = (atMs - this.#lastMs) / entries;
      for (let entry = 0; entry < entries; entry += 1) this.#push(gapMs);
    }
    this.#lastMs = atMs;
  }

  /** The answer ended, whole or not: HTTP 200 and no error while reading. */
  succeeded(end: AnswerEnd, rules: RuleSet): RequestResult {
    assert(end.atMs >= this.#startMs, 'an answer ends after its request');
    const told = rules === '0.2.14' ? undefined : end.usage?.outputTokens;
    return {
      ...this.#common(),
      succeeded: true,
      error: '',
      outputTokens: told ?? this.#request.outputTokens,
      // Without the model's tokenizer, the engine's own count is the best there is.
      retokenizedTokens: end.usage?.outputTokens ?? end.words,
      timeToFirstTokenMs: this.#firstMs === undefined ? 0 : this.#firstMs - this.#startMs,
      interTokenMs: this.#gaps.slice(0, this.#gapCount),
      endToEndMs: end.atMs - this.#startMs,
      text: end.text,
      usage: end.usage,
      replica: end.replica,
    };
  }

  /** The request failed; what had come by then does not count. */
  failed(error: string): RequestResult {
    return {
      ...this.#common(),
      succeeded: false,
      error,
      outputTokens: 0,
      retokenizedTokens: 0,
      timeToFirstTokenMs: 0,
      interTokenMs: new Float64Array(),
      endToEndMs: 0,
      text: '',
      usage: undefined,
      replica: undefined,
    };
  }

  #common(): Pick<RequestResult, 'index' | 'promptTokens' | 'startMs'> {
    const { index, promptTokens } = this.#request;
    return { index, promptTokens, startMs: this.#startMs };
  }

  #push(gapMs: number): void {
    if (this.#gapCount === this.#gaps.length) {
      const grown = new Float64Array(this.#gaps.length * 2);
      grown.set(this.#gaps);
      this.#gaps = grown;
    }
    this.#gaps[this.#gapCount] = gapMs;
    this.#gapCount += 1;
  }
}
