import type { Fleet } from '../../routing/fleet.ts';
import type { WatchTerms } from './watch-terms.ts';

/** What befalls a replica, as a word of a small fixed set. */
export type ReplicaEvent =
  | 'ready'
  | 'ejected'
  | 'restarted'
  | 'half-open'
  | 'draining'
  | 'drained'
  | 'undrained'
  | 'sickened'
  | 'recovered';

/** Why a replica is given no more requests: nobody answers, it says so, it fails them, it stands still, or its GPU is sick. */
export type EjectionReason = 'gone' | 'declined' | 'errors' | 'stall' | 'gpu';

/** How a replica counts in its fleet; `drained` is neither there nor missing. */
export type Standing = 'serving' | 'suspended' | 'out' | 'drained';

/** Where discovery says what it sees. */
export interface DiscoveryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What a replica is watched with. */
export interface WatchParts extends WatchTerms {
  readonly fleet: Fleet;
  /** 0 up to 1; spreads retries. */
  readonly random: () => number;
  readonly log: DiscoveryLog;
  /** Told of every change that routing may look at. */
  readonly changed: () => void;
  readonly happened: (event: ReplicaEvent) => void;
  readonly ejected: (reason: EjectionReason) => void;
  /** Its open requests will get nothing more; `reason` is for clients too. */
  readonly stalled: (reason: string) => void;
  /** Whether it may be left out for its errors. */
  readonly mayBeSuspended: () => boolean;
}
