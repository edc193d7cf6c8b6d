import type { LaunchedReplica, LauncherState } from '../../../deploy/launcher.ts';
import { PROTOCOL } from '../../../deploy/launcher.ts';
import { aPlan } from './plans.ts';

/** A replica that is ready, as its launcher tells it. */
export function aLaunchedReplica(replica: Partial<LaunchedReplica> = {}): LaunchedReplica {
  return {
    plan: aPlan(),
    outdated: false,
    phase: 'ready',
    sinceMs: 0,
    pid: 4_711,
    wasReady: true,
    restarts: 0,
    pinning: 'numactl',
    pinningNote: 'numactl: CPUs 0-3, memory of node 0 alone',
    affinity: undefined,
    progress: undefined,
    failure: undefined,
    logFile: 'engine-0.log',
    ...replica,
  };
}

/** A launcher with replicas. */
export function aLauncherState(...replicas: readonly LaunchedReplica[]): LauncherState {
  return {
    protocol: PROTOCOL,
    version: '0',
    pid: 4_242,
    run: 'a run',
    startedAtMs: 0,
    stopping: false,
    owners: [],
    replicas,
  };
}
