import { timesPerOutputToken } from './measures.ts';
import type { RequestResult } from './request-result.ts';
import { summarize } from './statistics.ts';

/** A request that went badly. */
export interface WorstRequest {
  readonly result: RequestResult;
  /** How much later it ended than it would have, had it begun at once and come at the run's median pace; 0 of a failure. */
  readonly lostMs: number;
  readonly gapMsMax: number;
}

/** Enough to see what they have in common, and few enough to read. */
const WORST_MAX = 10;

/** The worst of a run: failures first, then who lost the most time to waiting and to slow tokens. */
export function worstRequests(results: readonly RequestResult[]): readonly WorstRequest[] {
  const paceMs = summarize(
    timesPerOutputToken(results.filter(({ succeeded }) => succeeded)),
  ).median;
  return results
    .map((result) => ({
      result,
      lostMs: result.succeeded ? lostMs(result, paceMs) : 0,
      gapMsMax: result.interTokenMs.reduce((most, gap) => Math.max(most, gap), 0),
    }))
    .toSorted(byBadness)
    .slice(0, WORST_MAX);
}

function lostMs({ endToEndMs, outputTokens }: RequestResult, paceMs: number): number {
  return endToEndMs - Math.max(0, outputTokens - 1) * paceMs;
}

function byBadness(one: WorstRequest, other: WorstRequest): number {
  const failed = Number(one.result.succeeded) - Number(other.result.succeeded);
  return failed === 0 ? other.lostMs - one.lostMs : failed;
}
