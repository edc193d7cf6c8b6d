/** A stream, as far as its pace goes. */
export interface PacedStream {
  /** Output tokens so far. */
  readonly outputTokens: number;
}

/** The pace of about this long counts: a few prefills of others, and less than an answer takes. */
const MEMORY_MS = 5_000;

/** Streams are looked at no more often than this; in between the last look stands. */
const LOOK_MS = 250;

/** Less time of all streams together tells no pace. */
const STREAM_MS_MIN = 2_000;

/**
 * How long one stream takes for a token, as the streams under way show it: decode steps and all that
 * comes between them, such as the prefills of others. It is seen at once when streams stall.
 */
export class StreamPace {
  /** Tokens of each stream at the last look; those without a token are not decoding yet. */
  readonly #streams: Map<PacedStream, number> = new Map();
  #streamMs = 0;
  #tokens = 0;
  #lookedMs = 0;

  /** Looks at a stream until it is told to `leave`. */
  follow(stream: PacedStream): void {
    this.#streams.set(stream, 0);
  }

  /** Forgets a stream that ended. */
  leave(stream: PacedStream): void {
    this.#streams.delete(stream);
  }

  /** Milliseconds a token; `undefined` while too little is seen. Time never runs back. */
  msPerToken(nowMs: number): number | undefined {
    if (nowMs - this.#lookedMs >= LOOK_MS) this.#look(nowMs);
    if (this.#streamMs < STREAM_MS_MIN) return undefined;
    // Where all stand still, one token is the most that can have been overlooked.
    return this.#streamMs / Math.max(this.#tokens, 1);
  }

  #look(nowMs: number): void {
    const passedMs = nowMs - this.#lookedMs;
    this.#lookedMs = nowMs;
    const kept = Math.exp(-passedMs / MEMORY_MS);
    this.#streamMs *= kept;
    this.#tokens *= kept;
    for (const [stream, before] of this.#streams) {
      const { outputTokens } = stream;
      if (outputTokens === 0) continue;
      // Who has begun in between has decoded for an unknown part of it.
      if (before > 0) {
        this.#streamMs += passedMs;
        this.#tokens += outputTokens - before;
      }
      this.#streams.set(stream, outputTokens);
    }
  }
}
