import type { GatewayError } from '../generation/error.ts';
import type { ReplyHeaders } from './exchange.ts';

/** An engine's own refusal, of which the client has seen nothing yet. */
export interface EngineRefusal {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: Buffer;
}

/** How one attempt at one replica ended. */
export type AttemptEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'refused'; readonly refusal: EngineRefusal }
  | {
      readonly kind: 'failed';
      readonly error: GatewayError;
      /** Its replica stands still under all its requests; none of them is to blame. */
      readonly isStall?: boolean;
    };

/** Statuses that say more of the replica than of the request: another one may answer better. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** True when another replica may be asked: nothing has reached the client, and the fault is the replica's. */
export function isRetryable(end: AttemptEnd): boolean {
  if (end.kind === 'refused') return RETRYABLE_STATUSES.has(end.refusal.status);
  return end.kind === 'failed' && end.error.retryable;
}
