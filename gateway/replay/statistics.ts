/** One list of figures, summed up as the reference does with NumPy. */
export interface Statistics {
  readonly mean: number;
  readonly median: number;
  /** Of the population: divided by the count. */
  readonly std: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Sums up `values`, in their own unit. An empty list counts as one 0. Leaves `values` as they are. */
export function summarize(values: Iterable<number>): Statistics {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { mean: 0, median: 0, std: 0, p90: 0, p95: 0, p99: 0, max: 0 };
  const mean = sum(sorted) / sorted.length;
  return {
    mean,
    median: percentile(sorted, 50),
    std: Math.sqrt(sum(sorted.map((value) => (value - mean) ** 2)) / sorted.length),
    p90: percentile(sorted, 90),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
    max: sorted.at(-1) ?? 0,
  };
}

/** Percentile 0 to 100 of an ascending, non-empty list, linear between neighbours as in NumPy. */
export function percentile(sorted: Float64Array, percent: number): number {
  const position = (percent / 100) * (sorted.length - 1);
  const index = Math.floor(position);
  const below = sorted[index] ?? 0;
  const above = sorted[index + 1] ?? below;
  const share = position - index;
  // NumPy works from the nearer neighbour, which keeps the last bit.
  return share < 0.5 ? below + (above - below) * share : above - (above - below) * (1 - share);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
