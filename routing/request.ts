import type { OutputOutlook } from './output-lengths.ts';
import type { ReplicaId } from './replica.ts';

/** Prompt tokens that replicas have in their KV caches, as of now whenever it is asked. */
export interface CachedTokens {
  /** 0 for a replica that has none. */
  at(id: ReplicaId): number;
}

/** All that a policy may know of one request. Holds no prompt text. */
export interface RoutingRequest {
  readonly requestId: string;
  readonly tenant: string;
  readonly model: string;
  /** The only engine that speaks the request's API; any where it is left out. */
  readonly engine?: string | undefined;
  readonly promptTokens: number;
  /** Tokens that the answer will probably have, before it has begun. */
  readonly expectedOutputTokens: number;
  /** The same while it goes on; without it the first expectation stands. */
  readonly outlook?: OutputOutlook | undefined;
  /** One chained hash for each full block of the prompt, first block first. */
  readonly blockHashes: readonly number[];
  /** Prompt tokens that one block stands for. */
  readonly blockTokens: number;
  /** Absent where the prompt has no blocks that anybody could hold. */
  readonly cached?: CachedTokens | undefined;
  readonly sessionKey?: string;
  /** The tenant's part of what is served beside other tenants'; 1 where it is left out. */
  readonly tenantWeight?: number | undefined;
  /** Bytes of its body; 0 where it is left out. */
  readonly bodyBytes?: number | undefined;
  /** Higher runs earlier. */
  readonly priority: number;
  /** Absolute, on the gateway's monotonic clock; `Infinity` for none. */
  readonly deadlineMs: number;
  /** Replicas that this request has already failed on. */
  readonly excluded: ReadonlySet<ReplicaId>;
}
