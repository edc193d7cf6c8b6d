/** A value at a time, in milliseconds. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Looks at a value again and again until it is stopped; gives what it saw. */
export function sampled(everyMs: number, look: () => number): () => readonly Sample[] {
  const samples: Sample[] = [];
  const timer = setInterval(
    () => samples.push({ atMs: performance.now(), value: look() }),
    everyMs,
  );
  return () => {
    clearInterval(timer);
    return samples;
  };
}

/** Median of one of three equal parts of a run, 0 to 2. */
export function medianOfThird(samples: readonly Sample[], third: 0 | 1 | 2): number {
  const from = Math.floor((samples.length * third) / 3);
  const to = Math.floor((samples.length * (third + 1)) / 3);
  const values = samples.slice(from, to).map(({ value }) => value);
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The slope of the least squares, in units a minute. */
export function slopePerMinute(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const atMs = mean((sample) => sample.atMs);
  const value = mean((sample) => sample.value);
  const product = mean((sample) => (sample.atMs - atMs) * (sample.value - value));
  return (product / mean((sample) => (sample.atMs - atMs) ** 2)) * 60_000;
}
