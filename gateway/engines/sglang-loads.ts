import type { LoadReading, LoadSource, LoadTimes } from './engine-kind.ts';
import type { JsonObject } from './json-page.ts';
import { countOf, objectsOf, readObject, textOf } from './json-page.ts';

/** SGLang's own account of its load, since 0.5.8; no flag is needed for it. */
export const LOADS_PATH = '/v1/loads';

/**
 * Load by `/v1/loads`. Its scheduler writes at each prefill, each 15 decode steps and when idle, and
 * dates what it writes; the gauges of `/metrics` are older and miss short requests wholly.
 */
export const loads: LoadSource = {
  paths: [LOADS_PATH],
  read: ([page], times) => readLoads(page, times),
};

function readLoads(page: string | undefined, times: LoadTimes): LoadReading | undefined {
  const answer = readObject(page);
  const ranks = objectsOf(answer?.['loads']);
  const runningRequests = sumOf(ranks, 'num_running_reqs');
  const waitingRequests = sumOf(ranks, 'num_waiting_reqs');
  if (runningRequests === undefined || waitingRequests === undefined) return undefined;
  return {
    load: {
      takenAtMs: times.askedMs - ageMsOf(ranks, textOf(answer, 'timestamp')),
      runningRequests,
      waitingRequests,
      kvCacheUsage: usageOf(ranks),
      ...told('waitingTokens', sumOf(ranks, 'num_waiting_uncached_tokens')),
      ...told('prefixCacheHitRate', meanOf(ranks, 'cache_hit_rate')),
      ...told('outputTokensPerSecond', sumOf(ranks, 'gen_throughput')),
      ...told('runningRequestsMax', sumOf(ranks, 'max_running_requests')),
    },
    startedAt: undefined,
    workDone: sumOf(ranks, 'total_prefill_uncached_tokens'),
  };
}

/** KV capacity over the ranks, in tokens. */
export function kvCapacityOfLoads(page: string | undefined): number | undefined {
  return sumOf(objectsOf(readObject(page)?.['loads']), 'max_total_num_tokens');
}

/** How old the oldest rank's snapshot is, both times by the engine's own clock; 0 where one is missing. */
function ageMsOf(ranks: readonly JsonObject[], answeredAt: string | undefined): number {
  const answeredMs = answeredAt === undefined ? Number.NaN : Date.parse(answeredAt);
  const writtenSeconds = ranks.map((rank) => countOf(rank, 'timestamp') ?? Number.NaN);
  const ageMs = answeredMs - Math.min(...writtenSeconds) * 1000;
  return Number.isNaN(ageMs) ? 0 : Math.max(ageMs, 0);
}

/** Ranks are of one size, so the mean of their shares is the share of the whole. */
function usageOf(ranks: readonly JsonObject[]): number {
  return Math.min(meanOf(ranks, 'token_usage') ?? 0, 1);
}

function sumOf(ranks: readonly JsonObject[], name: string): number | undefined {
  const values = valuesOf(ranks, name);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function meanOf(ranks: readonly JsonObject[], name: string): number | undefined {
  const sum = sumOf(ranks, name);
  return sum === undefined ? undefined : sum / valuesOf(ranks, name).length;
}

function valuesOf(ranks: readonly JsonObject[], name: string): number[] {
  return ranks.map((rank) => countOf(rank, name)).filter((value) => value !== undefined);
}

function told<Name extends string>(
  name: Name,
  value: number | undefined,
): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}
