import type { Clock } from '../clock.ts';
import type { TextClient } from '../wire/text-client.ts';
import { probeCost } from './fleet/cost-probe.ts';
import { gatewayCost } from './fleet/gateway-cost.ts';
import type { GatewayPage } from './fleet/gateway-page.ts';
import { readGatewayPage } from './fleet/gateway-page.ts';
import { LoadSampler } from './fleet/load-sampler.ts';
import { worstReceipts } from './fleet/receipts.ts';
import { warmProcesses } from './fleet/warm-processes.ts';
import type { SimulatedFleet } from './fleet/simulated-fleet.ts';
import type { LoadProgress } from './load-generator.ts';
import type { GatewayCost, LoadSample, ProcessLateness, RequestDecision } from './replay-run.ts';
import type { ReplaySettings } from './replay-settings.ts';
import type { SocketRunOutcome } from './socket-run.ts';
import { loadOptions, runOverSockets } from './socket-run.ts';

/** A run on simulated replicas that are up, through the gateway before them. */
export interface FleetRunOptions extends ReplaySettings {
  readonly speed: number;
  /** Finds out, after the run, what the gateway adds to a request: some seconds of pairs. */
  readonly probesCost: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/** What a fleet's run gives beyond the answers. */
export interface FleetRunOutcome extends Omit<SocketRunOutcome, 'lateness'> {
  readonly samples: readonly LoadSample[];
  /** Of the client, the gateway and every replica. */
  readonly lateness: readonly ProcessLateness[];
  readonly gatewayCost: GatewayCost;
  /** Of the worst requests. */
  readonly receipts: ReadonlyMap<string, readonly RequestDecision[]>;
}

/** What a run does its work with. */
export interface FleetRunParts {
  readonly clock: Clock;
  readonly textClient: TextClient;
}

/** Runs a workload on a fleet, watches every process while it goes on, and finds out what the gateway cost. */
export async function runOnFleet(
  fleet: SimulatedFleet,
  options: FleetRunOptions,
  parts: FleetRunParts,
): Promise<FleetRunOutcome> {
  const { fetchText } = parts.textClient;
  const sampler = new LoadSampler({ ...fleet, ...parts, fetchText, speed: options.speed });
  // Reading the page at the start also opens the gateway's own watch on its event loop.
  let before: Promise<GatewayPage | undefined> = Promise.resolve(undefined);
  const onStart = (): void => {
    sampler.start();
    before = readGatewayPage(fleet.adminUrl, fetchText);
  };
  const settings = { ...options, url: fleet.url, onStart };
  try {
    await warmUp(fleet, options, parts);
    const { lateness, ...outcome } = await runOverSockets(settings, parts);
    sampler.stop();
    const after = await readGatewayPage(fleet.adminUrl, fetchText);
    const replicas = await sampler.lateness();
    // Before the pairs, which would have it forget the oldest.
    const receipts = await worstReceipts(outcome.results, {
      adminUrl: fleet.adminUrl,
      fetchText,
      speed: options.speed,
    });
    const pairs =
      options.probesCost && outcome.complete ? await pairsOf(fleet, options, parts) : [];
    const outputTokens = outcome.results.reduce((sum, each) => sum + each.outputTokens, 0);
    return {
      ...outcome,
      samples: sampler.samples,
      receipts,
      lateness: [lateness, ...gatewayLateness(after), ...replicas],
      gatewayCost: gatewayCost({
        before: await before,
        after,
        outputTokens,
        pairs,
        speed: options.speed,
      }),
    };
  } finally {
    sampler.stop();
  }
}

async function warmUp(
  { url }: SimulatedFleet,
  options: FleetRunOptions,
  { clock, textClient }: FleetRunParts,
): Promise<void> {
  const load = await loadOptions({ ...options, url }, textClient);
  await warmProcesses({ url, load, signal: options.signal }, clock);
}

async function pairsOf(
  { url, replicas }: SimulatedFleet,
  options: FleetRunOptions,
  { clock, textClient }: FleetRunParts,
): ReturnType<typeof probeCost> {
  const replica = replicas[0];
  if (replica === undefined) return [];
  const load = await loadOptions({ ...options, url }, textClient);
  return probeCost({ gatewayUrl: url, replicaUrl: replica.url, load }, clock);
}

function gatewayLateness(page: GatewayPage | undefined): readonly ProcessLateness[] {
  if (page === undefined) return [];
  return [
    {
      process: 'gateway',
      keepsPace: false,
      p99Ms: page.eventLoopLagP99Seconds * 1000,
      maxMs: page.eventLoopLagMaxSeconds * 1000,
      samples: undefined,
    },
  ];
}
