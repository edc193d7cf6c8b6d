import type { Side } from './contestants.ts';
import type { EngineKind } from './engines.ts';
import type { Capacity } from './line.ts';
import type { MetricName } from './metrics.ts';
import { metricKinds } from './metrics.ts';

/** What one contestant came to on one line: a value a seed, in the order of the seeds. */
export interface ContestantResult {
  readonly name: string;
  readonly side: Side;
  readonly values: Readonly<Partial<Record<MetricName, readonly number[]>>>;
}

/** Everyone on one line. */
export interface LineResult {
  readonly scenario: string;
  readonly variant: string;
  readonly kind: EngineKind;
  readonly fleet: string;
  readonly loadShare?: number;
  readonly capacity: Capacity;
  readonly metrics: readonly MetricName[];
  readonly contestants: readonly ContestantResult[];
}

/** A whole run of the bench. */
export interface BenchResult {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly seeds: readonly number[];
  readonly steadyRequests: number;
  readonly lines: readonly LineResult[];
}

/** A mean and how far it may be off. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** Mean over seeds with its standard error, 0 of a single one. */
export function estimateOf(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, standardError: 0 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}

/** Mean of a metric over the seeds; `NaN` where it was not looked at. */
export function meanOf(one: ContestantResult, metric: MetricName): number {
  const values = one.values[metric];
  return values === undefined ? Number.NaN : estimateOf(values).mean;
}

/** One less the other, seed by seed. */
export function pairedDifference(
  one: ContestantResult,
  other: ContestantResult,
  metric: MetricName,
): Estimate {
  const others = other.values[metric] ?? [];
  return estimateOf((one.values[metric] ?? []).map((value, seed) => value - (others[seed] ?? 0)));
}

/** The best of some contestants by the mean of a metric. */
export function bestOf(
  contestants: readonly ContestantResult[],
  metric: MetricName,
): ContestantResult | undefined {
  const sign = metricKinds[metric].better === 'less' ? 1 : -1;
  return contestants.toSorted(
    (one, other) => sign * (meanOf(one, metric) - meanOf(other, metric)),
  )[0];
}

/** Those of some sides. */
export function ofSide(line: LineResult, ...sides: readonly Side[]): readonly ContestantResult[] {
  return line.contestants.filter(({ side }) => sides.includes(side));
}

/** Name of a line, for people. */
export function titleOf({ scenario, variant, kind }: LineResult): string {
  return `${scenario} ${variant}, ${kind}`;
}
