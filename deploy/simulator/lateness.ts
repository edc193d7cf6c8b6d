/** How late tasks ran, in wall milliseconds. */
export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly count: number;
}

/** Finest lateness told apart: timers of Node are not better than this. */
const SMALLEST_MS = 0.05;

/** Each bucket is wider than the one before by this factor, so a percentile is right to 5 %. */
const GROWTH = 1.05;

/** Buckets from `SMALLEST_MS` to about 13 minutes; what is later counts in the last one. */
const BUCKETS = 340;

/** A histogram of lateness: one logarithm and one addition a task, no allocation. */
export class LatenessHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  /** Counts one task that ran `lateMs` after its time; early counts as 0. */
  record(lateMs: number): void {
    const bucket =
      lateMs <= SMALLEST_MS ? 0 : Math.ceil(Math.log(lateMs / SMALLEST_MS) / Math.log(GROWTH));
    const index = Math.min(bucket, BUCKETS - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    if (lateMs > this.#maxMs) this.#maxMs = lateMs;
  }

  /** What was counted since the start; all 0 when nothing was. */
  read(): Lateness {
    return {
      p50Ms: this.#percentile(0.5),
      p99Ms: this.#percentile(0.99),
      maxMs: this.#maxMs,
      count: this.#count,
    };
  }

  /** Upper edge of the bucket that holds the share, never above the largest value. */
  #percentile(share: number): number {
    const wanted = share * this.#count;
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) {
        return Math.min(SMALLEST_MS * GROWTH ** bucket, this.#maxMs);
      }
    }
    return 0;
  }
}
