import type { RequestResult } from './request-result.ts';
import { summarize } from './statistics.ts';
import type { Statistics } from './statistics.ts';

/** Every figure of the report. Tokens and requests are counts, throughputs are per second. */
export interface Measures {
  readonly durationSeconds: number;
  readonly completedRequests: number;
  readonly failedRequests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly retokenizedTokens: number;
  readonly requestThroughput: number;
  readonly inputThroughput: number;
  readonly outputThroughput: number;
  readonly totalThroughput: number;
  /** Mean number of requests under way. */
  readonly concurrency: number;
  /** Most chunks in one whole second, counted from the first start. */
  readonly outputThroughputPeak: number;
  /** Most requests under way in one whole second. */
  readonly concurrentRequestsPeak: number;
  readonly endToEndMs: Statistics;
  readonly timeToFirstTokenMs: Statistics;
  readonly timePerOutputTokenMs: Statistics;
  /** Over all gaps of all requests, so that long answers weigh more. */
  readonly interTokenMs: Statistics;
}

/** The reference's formulas over a run of `durationMs`. Only successes count; no time, no throughput. */
export function measure(results: readonly RequestResult[], durationMs: number): Measures {
  const successes = results.filter(({ succeeded }) => succeeded);
  const durationSeconds = durationMs / 1000;
  const perSecond = (count: number): number => (durationMs === 0 ? 0 : count / durationSeconds);
  const inputTokens = total(successes, ({ promptTokens }) => promptTokens);
  const outputTokens = total(successes, (result) => result.outputTokens);
  return {
    durationSeconds,
    completedRequests: successes.length,
    failedRequests: results.length - successes.length,
    inputTokens,
    outputTokens,
    retokenizedTokens: total(successes, ({ retokenizedTokens }) => retokenizedTokens),
    requestThroughput: perSecond(successes.length),
    inputThroughput: perSecond(inputTokens),
    outputThroughput: perSecond(outputTokens),
    totalThroughput: perSecond(inputTokens + outputTokens),
    concurrency: perSecond(total(successes, ({ endToEndMs }) => endToEndMs)) / 1000,
    outputThroughputPeak: largest(chunksPerSecond(successes)),
    concurrentRequestsPeak: largest(requestsPerSecond(successes)),
    endToEndMs: summarize(successes.map(({ endToEndMs }) => endToEndMs)),
    timeToFirstTokenMs: summarize(successes.map((result) => result.timeToFirstTokenMs)),
    timePerOutputTokenMs: summarize(timesPerOutputToken(successes)),
    interTokenMs: summarize(pooledGaps(successes)),
  };
}

/** TPOT of each request with two or more output tokens, in milliseconds. */
export function timesPerOutputToken(successes: readonly RequestResult[]): readonly number[] {
  return successes
    .filter(({ outputTokens }) => outputTokens > 1)
    .map((each) => (each.endToEndMs - each.timeToFirstTokenMs) / (each.outputTokens - 1));
}

/** ITL of all requests as one list, in milliseconds. */
export function pooledGaps(successes: readonly RequestResult[]): Float64Array {
  const pooled = new Float64Array(total(successes, ({ interTokenMs }) => interTokenMs.length));
  let filled = 0;
  for (const { interTokenMs } of successes) {
    pooled.set(interTokenMs, filled);
    filled += interTokenMs.length;
  }
  return pooled;
}

/** Chunks with text in each whole second from the first start: first tokens, then one a gap. */
export function chunksPerSecond(successes: readonly RequestResult[]): Float64Array {
  const { startMs, buckets } = emptyBuckets(successes);
  for (const result of successes) {
    let atMs = result.startMs + result.timeToFirstTokenMs - startMs;
    add(buckets, atMs);
    for (const gapMs of result.interTokenMs) {
      atMs += gapMs;
      add(buckets, atMs);
    }
  }
  return buckets;
}

/** Requests under way in each whole second from the first start, both ends included. */
function requestsPerSecond(successes: readonly RequestResult[]): Float64Array {
  const { startMs, buckets } = emptyBuckets(successes);
  for (const result of successes) {
    const first = secondOf(result.startMs - startMs);
    const last = secondOf(result.startMs + result.endToEndMs - startMs);
    for (let second = first; second <= last; second += 1) {
      buckets[second] = (buckets[second] ?? 0) + 1;
    }
  }
  return buckets;
}

function emptyBuckets(successes: readonly RequestResult[]): {
  readonly startMs: number;
  readonly buckets: Float64Array;
} {
  const startMs = successes.reduce((least, each) => Math.min(least, each.startMs), Infinity);
  const endMs = successes.reduce((most, each) => Math.max(most, each.startMs + each.endToEndMs), 0);
  const seconds = successes.length === 0 ? 0 : Math.ceil((endMs - startMs) / 1000) + 1;
  return { startMs, buckets: new Float64Array(seconds) };
}

function add(buckets: Float64Array, atMs: number): void {
  const second = secondOf(atMs);
  if (second < buckets.length) buckets[second] = (buckets[second] ?? 0) + 1;
}

function secondOf(atMs: number): number {
  return Math.floor(atMs / 1000);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function total(
  results: readonly RequestResult[],
  count: (result: RequestResult) => number,
): number {
  return results.reduce((sum, result) => sum + count(result), 0);
}
