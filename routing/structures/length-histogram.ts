/** Buckets in each doubling of the length: a bucket is 19 % wide. */
const BUCKETS_PER_OCTAVE = 4;

/** Lengths from 1 to 2^20 tokens; longer ones count as the longest. */
const BUCKETS = 20 * BUCKETS_PER_OCTAVE + 1;

/** What an answer still weighs after the next one: some two hundred count. */
const KEPT = 0.995;

/** Weights are brought down together before they lose digits. */
const WEIGHT_MAX = 1e12;

/** Answers longer than some length: how many, by weight, and their tokens. */
export interface LongerAnswers {
  readonly weight: number;
  readonly tokens: number;
}

/** How long answers were, of which old ones fade. 1.3 KB, whatever was learned. */
export class LengthHistogram {
  readonly #weights: Float64Array = new Float64Array(BUCKETS);
  readonly #tokens: Float64Array = new Float64Array(BUCKETS);
  /** What the next answer weighs. It grows where all others would have to shrink. */
  #next = 1;

  /** Counts one answer of so many tokens. */
  learn(tokens: number): void {
    const bucket = bucketOf(tokens);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + this.#next;
    this.#tokens[bucket] = (this.#tokens[bucket] ?? 0) + this.#next * tokens;
    this.#next /= KEPT;
    if (this.#next > WEIGHT_MAX) this.#rescale();
  }

  /**
   * The answers that went on past `produced` tokens, each counted as `cap` tokens long at most. The
   * newest answer weighs 1. Answers of the bucket of `produced` itself are taken to be over.
   */
  longerThan(produced: number, cap: number): LongerAnswers {
    let weight = 0;
    let tokens = 0;
    for (let bucket = produced < 1 ? 0 : bucketOf(produced) + 1; bucket < BUCKETS; bucket++) {
      const count = this.#weights[bucket] ?? 0;
      if (count === 0) continue;
      weight += count;
      tokens += Math.min(this.#tokens[bucket] ?? 0, count * cap);
    }
    const newest = this.#next * KEPT;
    return { weight: weight / newest, tokens: tokens / newest };
  }

  #rescale(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#weights[bucket] = (this.#weights[bucket] ?? 0) / this.#next;
      this.#tokens[bucket] = (this.#tokens[bucket] ?? 0) / this.#next;
    }
    this.#next = 1;
  }
}

function bucketOf(tokens: number): number {
  return Math.min(Math.floor(Math.log2(Math.max(tokens, 1)) * BUCKETS_PER_OCTAVE), BUCKETS - 1);
}
