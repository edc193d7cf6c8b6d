import type { RoutingRequest } from '../../routing/request.ts';
import type { ServedLately } from './served-lately.ts';
import type { Refusal, Turn, TurnWait } from './turn.ts';

/** One who asks for a turn, from its entering to its answer. */
export interface Waiter {
  readonly request: RoutingRequest;
  readonly turn: Turn;
  readonly enteredMs: number;
  /** Tokens of those who are behind it and were served before it, since it had no room. */
  passedTokens: number;
  isAnswered: boolean;
  /** What it met when it came. */
  lacked: 'turn' | 'room';
  readonly waitingRequests: number;
  readonly servedBefore: number;
}

/** The wait of who need not. */
export const NO_WAIT: TurnWait = {
  ms: 0,
  lacked: undefined,
  waitingRequests: 0,
  served: { requests: 0, lastIds: [] },
};

/** A refusal before any replica was looked for. */
export const UNASKED: Refusal = { wait: NO_WAIT, receipt: undefined };

/** How one has waited until now. */
export function waitOf(waiter: Waiter, nowMs: number, served: ServedLately): TurnWait {
  const { enteredMs, lacked, waitingRequests, servedBefore } = waiter;
  if (nowMs === enteredMs) return NO_WAIT;
  return { ms: nowMs - enteredMs, lacked, waitingRequests, served: served.since(servedBefore) };
}
