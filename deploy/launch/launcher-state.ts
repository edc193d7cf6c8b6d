import type { PlannedReplica } from '../planned-replica.ts';
import type { Affinity } from './affinity.ts';
import type { Failure } from './failure.ts';
import type { Owner } from './owner.ts';
import type { PinningMethod } from './pinning.ts';

/** Told by both sides of the socket: a gateway and a launcher of different numbers do not understand each other. */
export const PROTOCOL = 2;

/**
 * Where a replica is in its life. `starting` loads, `ready` answers, `stopping` finishes what it has, `waiting`
 * failed and is started again, `failed` waits for a person, `stopped` was asked to end.
 */
export type LaunchPhase = 'starting' | 'ready' | 'stopping' | 'waiting' | 'failed' | 'stopped';

/** One replica, as its launcher sees it. */
export interface LaunchedReplica {
  /** What it runs by; after a change of plan the older one, until it is restarted. */
  readonly plan: PlannedReplica;
  /** Whether another plan waits for its restart. */
  readonly outdated: boolean;
  readonly phase: LaunchPhase;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly pid: number | undefined;
  /** Whether it has ever answered since the launcher has it. */
  readonly wasReady: boolean;
  /** Starts after the first one, whoever wanted them. */
  readonly restarts: number;
  /** What holds it in its place. */
  readonly pinning: PinningMethod | undefined;
  readonly pinningNote: string | undefined;
  /** As the kernel said at the last look; absent before that, and while nothing runs. */
  readonly affinity: Affinity | undefined;
  /** The last line that it wrote while it starts. */
  readonly progress: string | undefined;
  /** The last failure, until it is ready again. */
  readonly failure: Failure | undefined;
  readonly logFile: string;
}

/** Time limits of every replica. */
export interface LaunchLimits {
  /** From start to ready. */
  readonly readyMsMax: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopMsMax: number;
}

/** What a gateway wants to run. */
export interface WantedReplicas {
  readonly protocol: number;
  /** The gateway itself. */
  readonly owner: Owner;
  readonly replicas: readonly PlannedReplica[];
  readonly limits: LaunchLimits;
}

/** A launcher and all that it runs. */
export interface LauncherState {
  readonly protocol: number;
  readonly version: string;
  readonly pid: number;
  /** Tells this run of a launcher from every other; its engines bear it. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Whether it ends its engines and then itself, because it was asked to. */
  readonly stopping: boolean;
  /** The gateways that want these replicas and still run. */
  readonly owners: readonly Owner[];
  readonly replicas: readonly LaunchedReplica[];
}
