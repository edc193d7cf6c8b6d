/** The last traced observation of one bucket. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Seconds since 1970. */
  readonly atSeconds: number;
}

/** Counts observations in fixed buckets, in typed arrays: an observation costs nanoseconds and allocates nothing. */
export class Histogram {
  /** Upper bounds of all buckets but the last, rising; a value equal to a bound is within it. */
  readonly bounds: Float64Array;
  /** One count for each bound, and one for what is above the last. */
  readonly counts: Float64Array;
  #sum = 0;
  #exemplars: (Exemplar | undefined)[] | undefined;

  /** `bounds` may be shared between histograms and must rise. */
  constructor(bounds: Float64Array) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Sum of all observed values. */
  get sum(): number {
    return this.#sum;
  }

  /** True until something has been observed. */
  get isEmpty(): boolean {
    return this.counts.every((count) => count === 0);
  }

  /** Counts one value `weight` times. What is not a number is left out. */
  observe(value: number, weight = 1): void {
    if (Number.isNaN(value)) return;
    const bucket = this.#bucketOf(value);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + weight;
    this.#sum += value * weight;
  }

  /**
   * Counts many values at once, each times `scale`. With `weights`, a value stands for
   * `weights[i]` observations of an equal share each, and for none where the weight is 0.
   */
  observeAll(values: Float32Array, scale: number, weights?: Uint32Array): void {
    for (let index = 0; index < values.length; index += 1) {
      const weight = weights === undefined ? 1 : (weights[index] ?? 0);
      if (weight > 0) this.observe(((values[index] ?? 0) * scale) / weight, weight);
    }
  }

  /** Remembers which trace a value of its bucket belongs to. */
  exemplify(value: number, traceId: string, atSeconds: number): void {
    this.#exemplars ??= Array.from({ length: this.counts.length }, () => undefined);
    this.#exemplars[this.#bucketOf(value)] = { traceId, value, atSeconds };
  }

  /** The last exemplar of a bucket. */
  exemplarOf(bucket: number): Exemplar | undefined {
    return this.#exemplars?.[bucket];
  }

  #bucketOf(value: number): number {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (this.bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
