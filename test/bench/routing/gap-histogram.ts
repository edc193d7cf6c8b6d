/** Ratio of one bin's ends: percentiles are exact to half a percent of their value. */
const RATIO = 1.01;
const LEAST_MS = 0.1;
const BINS = 1800;

/** Gaps between tokens, millions of them, in bins of equal ratio. */
export class GapHistogram {
  readonly #counts = new Float64Array(BINS);
  #count = 0;

  add(gapMs: number): void {
    const bin = Math.floor(Math.log(Math.max(gapMs, LEAST_MS) / LEAST_MS) / Math.log(RATIO));
    const held = Math.min(bin, BINS - 1);
    this.#counts[held] = (this.#counts[held] ?? 0) + 1;
    this.#count += 1;
  }

  /** Middle of the bin in which a percentile, 0 to 100, lies; 0 without gaps. */
  percentile(rank: number): number {
    let left = (this.#count * rank) / 100;
    for (const [bin, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return LEAST_MS * RATIO ** (bin + 0.5);
    }
    return 0;
  }
}
