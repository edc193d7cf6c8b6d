import type { LauncherClient, RunDir } from '../../deploy/launcher.ts';
import { PROTOCOL, readTrace, thisProcess } from '../../deploy/launcher.ts';
import type { PlannedReplica } from '../../deploy/planned-replica.ts';
import type { Clock } from '../clock.ts';
import type { LaunchSettings } from '../config/settings.ts';
import type { LaunchedFleet } from '../house.ts';
import { findLauncher } from './launcher-process.ts';
import { LauncherLink } from './launcher-link.ts';
import { plannedReplica, targetOf } from './planned-replicas.ts';

/** A launcher that was told what to run. */
export interface OpenedLaunch extends LaunchedFleet {
  readonly launcher: LauncherLink;
  readonly client: LauncherClient;
  readonly plans: readonly PlannedReplica[];
  /** Replicas that an earlier gateway had started and that go on. */
  readonly adopted: ReadonlySet<string>;
}

/** What a launch is opened with. */
export interface OpenLaunchParts {
  readonly dir: RunDir;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

/** Finds the launcher of a directory or starts it, and has it run the replicas of the configuration. */
export async function openLaunch(
  { replicas, readyMsMax, stopMsMax }: LaunchSettings,
  { dir, clock, tell }: OpenLaunchParts,
): Promise<OpenedLaunch> {
  const plans = replicas.map(plannedReplica);
  const limits = { readyMsMax, stopMsMax };
  const wanted = { protocol: PROTOCOL, owner: thisProcess(), replicas: plans, limits };
  const { client, state } = await findLauncher(dir, clock);
  const { run } = await client.apply(wanted);
  const revive = async (): Promise<boolean> => {
    if (readTrace(dir.stateFile)?.ended === true) return false;
    await findLauncher(dir, clock);
    return true;
  };
  return {
    client,
    plans,
    launcher: new LauncherLink({ client, wanted, run, clock, revive, tell }),
    targets: plans.map(targetOf),
    adopted: new Set(state.replicas.map(({ plan }) => plan.id)),
  };
}
