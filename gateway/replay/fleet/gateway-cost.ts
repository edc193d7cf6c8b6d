import type { AddedTime, GatewayCost } from '../replay-run.ts';
import type { RequestResult } from '../request-result.ts';
import { summarize } from '../statistics.ts';
import type { GatewayPage } from './gateway-page.ts';

/** A request that went through the gateway and its like that went straight to a replica. */
export interface CostPair {
  readonly through: RequestResult;
  readonly direct: RequestResult;
}

/** What a gateway's cost is made out from. */
export interface CostEvidence {
  /** The gateway's page when the run began, and when it ended. */
  readonly before: GatewayPage | undefined;
  readonly after: GatewayPage | undefined;
  /** Output tokens that went through it in between. */
  readonly outputTokens: number;
  readonly pairs: readonly CostPair[];
  /** Milliseconds of the run in one wall millisecond. */
  readonly speed: number;
}

/** How long requests waited, and what the gateway added. */
export function gatewayCost({
  before,
  after,
  outputTokens,
  pairs,
  speed,
}: CostEvidence): GatewayCost {
  const whole = pairs.filter(({ through, direct }) => through.succeeded && direct.succeeded);
  const isRead = before !== undefined && after !== undefined;
  return {
    queueWaitMs: isRead ? queueWaitMs(before, after) * speed : undefined,
    cpuMsPerToken: isRead ? cpuMsPerToken(before, after, outputTokens) : undefined,
    firstToken: added(whole, ({ timeToFirstTokenMs }) => timeToFirstTokenMs),
    tokenGap: added(whole, ({ interTokenMs }) => summarize(interTokenMs).mean),
  };
}

function queueWaitMs(before: GatewayPage, after: GatewayPage): number {
  const requests = after.queuedRequests - before.queuedRequests;
  const waitedMs = (after.queueWaitSeconds - before.queueWaitSeconds) * 1000;
  return requests === 0 ? 0 : waitedMs / requests;
}

function cpuMsPerToken(before: GatewayPage, after: GatewayPage, outputTokens: number): number {
  const cpuMs = (after.cpuSeconds - before.cpuSeconds) * 1000;
  return outputTokens === 0 ? 0 : cpuMs / outputTokens;
}

/** Medians of differences: what passes by chance on a busy machine is left behind. */
function added(
  pairs: readonly CostPair[],
  measure: (result: RequestResult) => number,
): AddedTime | undefined {
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(({ through, direct }) => measure(through) - measure(direct));
  const { median } = summarize(differences);
  return { medianMs: median, noiseMs: noiseOf(differences, median), pairs: pairs.length };
}

/**
 * Two standard errors of the median. The deviation is that of a normal distribution with the same median
 * absolute deviation (1.4826), and the error of a median is 1.2533 times that of a mean.
 */
function noiseOf(differences: readonly number[], median: number): number {
  const deviation = summarize(differences.map((each) => Math.abs(each - median))).median;
  return (2 * 1.2533 * 1.4826 * deviation) / Math.sqrt(differences.length);
}
