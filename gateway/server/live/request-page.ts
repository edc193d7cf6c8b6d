import type { OpenRequest } from '../../pipeline/open-requests.ts';
import type { RequestPage, RequestSummary } from './page/model/request-page.ts';
import { lastMovedMs, phaseOf } from './request-phase.ts';

/** Gaps that one page tells: more than a screen has pixels. */
export const GAPS_TOLD_MAX = 2_000;

/** One open request with the gaps of its last outputs. */
export function requestPage(open: OpenRequest, nowMs: number): RequestPage {
  const { timer } = open.exchange.recorder;
  return {
    ...requestSummary(open, nowMs),
    outputs: timer.outputs,
    gapsMs: Array.from(timer.gaps().subarray(-GAPS_TOLD_MAX), toTenth),
  };
}

/** Those in which nothing has happened for longest, at most `limit`. */
export function quietestRequests(
  all: Iterable<OpenRequest>,
  limit: number,
  nowMs: number,
): readonly RequestSummary[] {
  const byLastMove = Array.from(all, (open) => ({
    open,
    atMs: lastMovedMs(open.exchange.recorder),
  })).toSorted((one, other) => one.atMs - other.atMs);
  return byLastMove.slice(0, limit).map(({ open }) => requestSummary(open, nowMs));
}

function requestSummary({ exchange }: OpenRequest, nowMs: number): RequestSummary {
  const { requestId, tenant, priority, receivedMs, recorder } = exchange;
  const timing = recorder.timing();
  return {
    requestId,
    tenant,
    model: recorder.model ?? '',
    priority,
    phase: phaseOf(recorder),
    replica: recorder.lastAttempt?.replica ?? null,
    ageMs: Math.round(nowMs - receivedMs),
    silentMs: Math.round(Math.max(nowMs - lastMovedMs(recorder), 0)),
    queueWaitMs: rounded(recorder.queueWaitMs),
    promptTokens: Math.round(recorder.promptTokensEstimate ?? 0),
    expectedOutputTokens: Math.round(recorder.outputTokensEstimate ?? 0),
    outputTokens: recorder.timer.tokens,
    timeToFirstTokenMs: rounded(timing.timeToFirstTokenMs),
    timePerOutputTokenMs: rounded(timing.timePerOutputTokenMs),
    interTokenLatencyMaxMs: rounded(timing.interTokenLatencyMaxMs),
  };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : toTenth(value);
}

function toTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
