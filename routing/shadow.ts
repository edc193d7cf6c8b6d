import type { ReplicaId } from './replica.ts';

/** What both picks cost, as one of the two policies reckons it. */
export interface PickCosts {
  readonly actingSeconds: number;
  readonly shadowSeconds: number;
}

/** What a policy that does not act would have done. */
export interface ShadowPick {
  readonly policy: string;
  readonly replica: ReplicaId;
  /** It picked the same replica, or finds the one that was picked no dearer than its own. */
  readonly agrees: boolean;
  /** By the costs of the policy that acts; `undefined` where it has none. */
  readonly byActing: PickCosts | undefined;
  /** By the costs of the shadow; `undefined` where it has none. */
  readonly byShadow: PickCosts | undefined;
}
