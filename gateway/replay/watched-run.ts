import { gatewayCost } from './fleet/gateway-cost.ts';
import type { GatewayPage } from './fleet/gateway-page.ts';
import { readGatewayPage } from './fleet/gateway-page.ts';
import { worstReceipts } from './fleet/receipts.ts';
import type { GatewayCost, RequestDecision } from './replay-run.ts';
import type { AdminPort } from './replay-settings.ts';
import type { SocketRunOptions, SocketRunOutcome, SocketRunParts } from './socket-run.ts';
import { runOverSockets } from './socket-run.ts';

/** What came of a run against a server that was there, and what its gateway told of it, where it was asked. */
export interface WatchedOutcome extends SocketRunOutcome {
  readonly gatewayCost?: GatewayCost;
  readonly receipts?: ReadonlyMap<string, readonly RequestDecision[]>;
}

/** Runs over sockets, and asks the gateway at `admin` before and after: how long requests waited, and its own work. */
export async function watchedRun(
  admin: AdminPort | undefined,
  options: SocketRunOptions,
  parts: SocketRunParts,
): Promise<WatchedOutcome> {
  if (admin === undefined) return runOverSockets(options, parts);
  const { fetchText } = parts.textClient;
  let before: Promise<GatewayPage | undefined> = Promise.resolve(undefined);
  const onStart = (): void => {
    before = readGatewayPage(admin.adminUrl, fetchText);
    options.onStart();
  };
  const outcome = await runOverSockets({ ...options, onStart }, parts);
  const after = await readGatewayPage(admin.adminUrl, fetchText);
  const { speed } = options;
  const outputTokens = outcome.results.reduce((sum, each) => sum + each.outputTokens, 0);
  return {
    ...outcome,
    // Pairs with a replica are for replicas that nobody else uses.
    gatewayCost: gatewayCost({ before: await before, after, outputTokens, pairs: [], speed }),
    receipts: await worstReceipts(outcome.results, { ...admin, fetchText, speed }),
  };
}
