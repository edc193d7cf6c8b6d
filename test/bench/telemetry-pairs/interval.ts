/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
];

/** Beyond the table it is the normal distribution's. */
const Z_95 = 1.96;

/** The mean of at least two samples, and the 95 % interval that it lies in. */
export function meanInterval(samples: readonly number[]): {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
} {
  const mean = sum(samples) / samples.length;
  const freedom = samples.length - 1;
  const variance = sum(samples.map((sample) => (sample - mean) ** 2)) / freedom;
  const half = (T_95[freedom - 1] ?? Z_95) * Math.sqrt(variance / samples.length);
  return { mean, low: mean - half, high: mean + half };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
