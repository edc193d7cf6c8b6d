import { LRUCache } from 'lru-cache';
import xxhash from 'xxhash-wasm';

import { GatewayError } from '../generation/error.ts';
import type { GenerateRequest } from '../generation/request.ts';

/** How long a request that killed is refused; a client that tries again by itself gives up long before. */
export const REFUSED_MS = 600_000;

/** Requests that are remembered at one time, the latest; each is one number. */
export const REMEMBERED_MAX = 1_024;

const hasher = await xxhash();

/**
 * Requests on which two replicas died. SDKs send a failed request again by themselves, and each time would cost two
 * replicas more.
 */
export class DeadlyRequests {
  /** Until when each is refused, by the hash of its body. */
  readonly #untilMs = new LRUCache<bigint, number>({ max: REMEMBERED_MAX });

  remember({ body }: GenerateRequest, nowMs: number): void {
    this.#untilMs.set(hasher.h64Raw(body), nowMs + REFUSED_MS);
  }

  /** Throws `query_of_death` for a request of the same bytes as one that killed. */
  check({ body }: GenerateRequest, nowMs: number): void {
    if (this.#untilMs.size === 0) return;
    const hash = hasher.h64Raw(body);
    const untilMs = this.#untilMs.get(hash);
    if (untilMs === undefined) return;
    if (nowMs < untilMs) throw queryOfDeath('Replicas died as they worked on an equal request.');
    this.#untilMs.delete(hash);
  }
}

/** The refusal of a request that kills; `what` happened is the first sentence of its message. */
export function queryOfDeath(what: string): GatewayError {
  const message = `${what} It is tried on no other one, and refused for ten minutes.`;
  return new GatewayError('query_of_death', message);
}
