/** Counts values in buckets by their upper edges, as Prometheus does. */
export class Histogram {
  readonly edges: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  /** `edges` rise; the bucket without a roof is added. */
  constructor(edges: readonly number[]) {
    this.edges = edges;
    this.#counts = new Float64Array(edges.length + 1);
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  /** Counts `value`, `times` times. A value on an edge belongs below it. */
  record(value: number, times = 1): void {
    let bucket = 0;
    while (bucket < this.edges.length && value > (this.edges[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    this.#sum += value * times;
    this.#count += times;
  }

  /** Adds what another one of the same edges counted. */
  add(other: Histogram): void {
    for (const [bucket, count] of other.#counts.entries()) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    }
    this.#sum += other.#sum;
    this.#count += other.#count;
  }

  /** How many values were at most each edge, the one without a roof last. */
  cumulative(): number[] {
    let below = 0;
    return Array.from(this.#counts, (count) => (below += count));
  }
}
