import type { OtlpPost, PostOutcome } from './otlp-post.ts';
import type { Recorder } from './recorder.ts';
import type { SpanSource } from './span-batch.ts';
import type { SpanTimes } from './spans.ts';
import { SpanBatch } from './span-batch.ts';
import { spansOf } from './spans.ts';

/** Runs `task` once after `delayMs`; the function it returns stops it. */
export type After = (delayMs: number, task: () => void) => () => void;

/** Why spans were lost. */
export interface DroppedSpans {
  /** The collector was slower than the requests, and all memory for waiting batches was full. */
  readonly noRoom: number;
  /** The collector would not have them. */
  readonly refused: number;
  /** The collector could not be reached, or was busy, on every try. */
  readonly unreachable: number;
}

/** Longest that a span waits for company. */
export const FLUSH_INTERVAL_MS = 2000;

/** Batches that may wait for the collector: 4 MiB. */
export const BATCHES_WAITING_MAX = 8;

/** Tries for one batch. */
export const POSTS_MAX = 4;

/** Wait before the second try; it doubles with every further one. */
const RETRY_DELAY_MS = 1000;

/** Longest wait that a collector may ask for. */
const RETRY_DELAY_MS_MAX = 30_000;

/** Collects the spans of ended requests as bytes and posts them in large batches. */
export class SpanExporter {
  readonly #source: SpanSource;
  readonly #post: OtlpPost;
  readonly #after: After;
  readonly #waiting: SpanBatch[] = [];
  readonly #spare: SpanBatch[] = [];
  #filling: SpanBatch;
  #cancelFlush: (() => void) | undefined;
  #endPause: (() => void) | undefined;
  #pumping: Promise<void> | undefined;
  #isClosing = false;
  #exported = 0;
  #noRoom = 0;
  #refused = 0;
  #unreachable = 0;

  constructor(source: SpanSource, post: OtlpPost, after: After) {
    this.#source = source;
    this.#post = post;
    this.#after = after;
    this.#filling = new SpanBatch(source);
  }

  /** Spans that the collector took. */
  get exportedSpans(): number {
    return this.#exported;
  }

  /** Spans that were lost. */
  get droppedSpans(): DroppedSpans {
    return { noRoom: this.#noRoom, refused: this.#refused, unreachable: this.#unreachable };
  }

  /** Takes the spans of a sampled request; of any other it takes nothing. */
  add(record: Recorder, times: SpanTimes): void {
    const { trace } = record;
    if (trace === undefined || !trace.sampled) return;
    if (!this.#filling.hasRoomFor(record)) this.#handOver();
    if (!this.#filling.hasRoomFor(record)) {
      this.#noRoom += spansOf(record);
      return;
    }
    this.#filling.add(record, trace, times);
    this.#cancelFlush ??= this.#after(FLUSH_INTERVAL_MS, () => {
      this.#cancelFlush = undefined;
      this.#handOver();
    });
  }

  /** Posts what is left, one try a batch and none after the first that fails, and closes the connection. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelFlush?.();
    this.#endPause?.();
    this.#handOver();
    await this.#pumping;
    this.#post.close();
  }

  #handOver(): void {
    if (this.#filling.spans === 0 || this.#waiting.length >= BATCHES_WAITING_MAX) return;
    this.#waiting.push(this.#filling);
    this.#filling = this.#spare.pop() ?? new SpanBatch(this.#source);
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    let isLost = false;
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      const outcome: PostOutcome =
        isLost && this.#isClosing ? UNREACHABLE : await this.#deliver(batch.finish());
      isLost = outcome.kind === 'unreachable';
      this.#account(batch.spans, outcome);
      this.#waiting.shift();
      batch.reset();
      if (this.#spare.length === 0) this.#spare.push(batch);
      // Spans whose time was up while all places were taken have no timer any more.
      if (this.#cancelFlush === undefined) this.#handOver();
    }
    this.#pumping = undefined;
  }

  async #deliver(body: Uint8Array): Promise<PostOutcome> {
    let outcome: PostOutcome = await this.#post.post(body);
    for (let posts = 1; posts < POSTS_MAX && outcome.kind === 'unreachable'; posts += 1) {
      if (this.#isClosing) break;
      await this.#pause(retryDelayMs(posts, outcome.retryAfterMs));
      outcome = await this.#post.post(body);
    }
    return outcome;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#after(delayMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  #account(spans: number, outcome: PostOutcome): void {
    if (outcome.kind === 'unreachable') this.#unreachable += spans;
    else if (outcome.kind === 'refused') this.#refused += spans;
    else {
      const rejected = Math.min(outcome.rejectedSpans, spans);
      this.#exported += spans - rejected;
      this.#refused += rejected;
    }
  }
}

const UNREACHABLE: PostOutcome = { kind: 'unreachable', retryAfterMs: undefined };

function retryDelayMs(posts: number, retryAfterMs: number | undefined): number {
  const delayMs = retryAfterMs ?? RETRY_DELAY_MS * 2 ** (posts - 1);
  return Math.min(Math.max(delayMs, 0), RETRY_DELAY_MS_MAX);
}
