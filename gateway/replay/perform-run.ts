import type { Clock } from '../clock.ts';
import type { TextClient } from '../wire/text-client.ts';
import { composeRun } from './compose-run.ts';
import type { Outcome } from './compose-run.ts';
import { runOnFleet } from './fleet-run.ts';
import type { SimulatedFleet } from './fleet/simulated-fleet.ts';
import { startSimulatedFleet } from './fleet/simulated-fleet.ts';
import type { LoadProgress } from './load-generator.ts';
import type { ReplayRun } from './replay-run.ts';
import type { FleetSettings, ReplayPlan } from './replay-settings.ts';
import { watchedRun } from './watched-run.ts';
import { runVirtually } from './virtual/virtual-run.ts';

/** What a run does its work with, and whom it tells. */
export interface RunParts {
  readonly clock: Clock;
  readonly textClient: TextClient;
  /** Cuts the run short. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/** Makes the run of a plan, wherever it is to be made. Simulated processes are gone when it returns or rejects. */
export async function performRun(plan: ReplayPlan, parts: RunParts): Promise<ReplayRun> {
  const { target, settings } = plan;
  switch (target.kind) {
    case 'virtual':
      return performVirtually(plan, target.fleet);
    case 'simulated': {
      const fleet = await startSimulatedFleet(target.fleet, {
        clock: parts.clock,
        fetchText: parts.textClient.fetchText,
      });
      try {
        return await performOnFleet(fleet, { ...plan, fleet: target.fleet }, parts);
      } finally {
        await fleet.stop();
      }
    }
    case 'url': {
      const options = {
        ...settings,
        ...parts,
        url: target.url,
        speed: 1,
        onStart: () => undefined,
      };
      const outcome = await watchedRun(target.admin, options, parts);
      return compose(plan, undefined, { ...outcome, lateness: [outcome.lateness] });
    }
  }
}

/** The same plan on virtual time, whatever its target; a plan without simulated replicas has no such run. */
export function performVirtually(plan: ReplayPlan, fleet: FleetSettings): ReplayRun {
  const outcome = runVirtually({ ...plan.settings, ...fleet });
  return compose({ ...plan, target: { kind: 'virtual', fleet } }, { ...fleet, speed: 1 }, outcome);
}

/** Makes a run on a fleet that is up, and leaves it up. */
export async function performOnFleet(
  running: SimulatedFleet,
  plan: Omit<ReplayPlan, 'target'> & { readonly fleet: FleetSettings },
  parts: RunParts,
): Promise<ReplayRun> {
  const { settings, fleet, reproduced } = plan;
  const options = { ...settings, ...parts, speed: fleet.speed, probesCost: true };
  const startedAt = new Date();
  const outcome = await runOnFleet(running, options, parts);
  const circumstances = {
    target: 'simulated',
    startedAt,
    fleet,
    reproduced: reproduced?.title,
  } as const;
  return composeRun(settings, circumstances, outcome);
}

function compose(
  { settings, target, reproduced }: ReplayPlan,
  fleet: FleetSettings | undefined,
  outcome: Outcome,
): ReplayRun {
  const circumstances = {
    target: target.kind,
    ...(target.kind === 'url' ? { url: target.url } : {}),
    startedAt: new Date(),
    fleet,
    reproduced: reproduced?.title,
  };
  return composeRun(settings, circumstances, outcome);
}
