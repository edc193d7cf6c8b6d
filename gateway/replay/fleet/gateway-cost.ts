import type { GatewayCost } from '../replay-run.ts';
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
}

/** What the gateway added, in wall milliseconds; lines that nothing is known of are left out. */
export function gatewayCost({ before, after, outputTokens, pairs }: CostEvidence): GatewayCost {
  return { lines: [...pageLines(before, after, outputTokens), ...pairLines(pairs)] };
}

function pageLines(
  before: GatewayPage | undefined,
  after: GatewayPage | undefined,
  outputTokens: number,
): GatewayCost['lines'] {
  if (before === undefined || after === undefined) return [];
  const requests = after.queuedRequests - before.queuedRequests;
  const queuedMs = (after.queueWaitSeconds - before.queueWaitSeconds) * 1000;
  const cpuMs = (after.cpuSeconds - before.cpuSeconds) * 1000;
  return [
    {
      label: 'Wait in the gateway’s queue, mean',
      valueMs: requests === 0 ? 0 : queuedMs / requests,
    },
    {
      label: 'Gateway CPU per output token',
      valueMs: outputTokens === 0 ? 0 : cpuMs / outputTokens,
    },
  ];
}

/** Medians of differences: what passes by chance on a busy machine is left behind. */
function pairLines(pairs: readonly CostPair[]): GatewayCost['lines'] {
  const whole = pairs.filter(({ through, direct }) => through.succeeded && direct.succeeded);
  if (whole.length === 0) return [];
  const added = (measure: (result: RequestResult) => number): number =>
    summarize(whole.map(({ through, direct }) => measure(through) - measure(direct))).median;
  return [
    {
      label: `First token, added (median of ${whole.length} pairs)`,
      valueMs: added(({ timeToFirstTokenMs }) => timeToFirstTokenMs),
    },
    {
      label: 'Gap between tokens, added',
      valueMs: added(({ interTokenMs }) => summarize(interTokenMs).mean),
    },
  ];
}
