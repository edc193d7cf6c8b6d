import type { Sample } from '../wire/prometheus-text.ts';
import { labelOf, samplesOf } from '../wire/prometheus-text.ts';
import type { LoadReading, LoadTimes } from './engine-kind.ts';
import type { MetricNames } from './metric-names.ts';

/** Reads one engine's `/metrics` page by its table of names. */
export class MetricsPage {
  readonly #page: string;
  readonly #rankLabel: string | undefined;

  constructor(page: string, rankLabel: string | undefined) {
    this.#page = page;
    this.#rankLabel = rankLabel;
  }

  /** A count of the whole engine: the sum over its ranks. `undefined` where no family has a valid sample. */
  sum(names: readonly string[] | undefined): number | undefined {
    return total(this.#ranks(names));
  }

  /** A share or a size that each rank has for itself: the mean over the ranks. */
  mean(names: readonly string[] | undefined): number | undefined {
    const ranks = this.#ranks(names);
    const sum = total(ranks);
    return sum === undefined ? undefined : sum / ranks.length;
  }

  /**
   * One value a rank. Series of one rank repeat each other (one a tensor-parallel rank) or are parts beside
   * their total (one a priority), so the largest counts. NaN and the -1 of a feature that is off do not.
   */
  #ranks(names: readonly string[] = []): readonly number[] {
    for (const name of names) {
      const samples = samplesOf(this.#page, name).filter(
        ({ value }) => value >= 0 && value < Infinity,
      );
      if (samples.length > 0) return largestOfRanks(samples, this.#rankLabel);
    }
    return [];
  }
}

function total(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function largestOfRanks(samples: readonly Sample[], rankLabel: string | undefined): number[] {
  const ranks = new Map<string, number>();
  for (const sample of samples) {
    const rank = (rankLabel === undefined ? undefined : labelOf(sample, rankLabel)) ?? '';
    ranks.set(rank, Math.max(ranks.get(rank) ?? 0, sample.value));
  }
  return [...ranks.values()];
}

/** The load on a `/metrics` page; `undefined` where it does not tell how many requests run and wait. */
export function readMetricsLoad(
  text: string,
  names: MetricNames,
  { askedMs }: LoadTimes,
): LoadReading | undefined {
  const page = new MetricsPage(text, names.rankLabel);
  const runningRequests = page.sum(names.runningRequests);
  const waitingRequests = page.sum(names.waitingRequests);
  if (runningRequests === undefined || waitingRequests === undefined) return undefined;
  const hitRate = hitRateOf(page, names);
  const outputTokensPerSecond = page.sum(names.outputTokensPerSecond);
  return {
    load: {
      takenAtMs: askedMs,
      runningRequests,
      waitingRequests: waitingRequests + (page.sum(names.swappedRequests) ?? 0),
      kvCacheUsage: Math.min(page.mean(names.kvCacheUsage) ?? 0, 1),
      ...(hitRate === undefined ? {} : { prefixCacheHitRate: hitRate }),
      ...(outputTokensPerSecond === undefined ? {} : { outputTokensPerSecond }),
    },
    startedAt: page.mean(names.startedAt),
    workDone: page.sum(names.workDone),
  };
}

function hitRateOf(page: MetricsPage, names: MetricNames): number | undefined {
  const queries = page.sum(names.prefixCacheQueries);
  const hits = page.sum(names.prefixCacheHits);
  if (queries === undefined || hits === undefined) return page.mean(names.prefixCacheHitRate);
  return queries === 0 ? undefined : hits / queries;
}
