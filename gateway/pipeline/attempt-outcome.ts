import type { Outcome } from '../discovery/keeper.ts';
import type { GatewayError } from '../generation/error.ts';
import type { AttemptEnd, EngineRefusal } from './attempt.ts';

/** What the end of an attempt says of its replica. What the client did, or its request's own fault, is never held against it. */
export function outcomeOf(end: AttemptEnd): Outcome {
  if (end.kind === 'complete') return 'success';
  return end.kind === 'refused' ? outcomeOfRefusal(end.refusal) : outcomeOfFailure(end.error);
}

/** An engine that is full says so with one of these; it is not broken. */
const FULL: ReadonlySet<number> = new Set([429, 503]);

function outcomeOfRefusal({ status }: EngineRefusal): Outcome {
  if (FULL.has(status)) return 'neutral';
  return status >= 500 ? 'failure' : 'success';
}

/** Of a timeout the replica is not guilty: a long queue is no failure, and a stall is found by who listens to all of them. */
function outcomeOfFailure({ code }: GatewayError): Outcome {
  if (code === 'engine_unreachable') return 'unreachable';
  return code === 'engine_failed' ? 'failure' : 'neutral';
}
