/** Names one replica within the fleet; stable while it stays. */
export type ReplicaId = string;

/**
 * A `ready` replica is given requests, one that is `half-open` a single one, which decides and makes it `probing`.
 * The others keep what they have: one that is `suspended` answers its checks and fails its requests.
 */
export type ReplicaState =
  | 'starting'
  | 'ready'
  | 'draining'
  | 'ejected'
  | 'suspended'
  | 'half-open'
  | 'probing';

/** One engine instance: what it is, not how busy it is. */
export interface Replica {
  readonly id: ReplicaId;
  /** Base URL, without a trailing slash. */
  readonly address: string;
  /** Engine name of `gateway/engines/catalog.ts`, such as `vllm` or `sglang`. */
  readonly engine: string;
  /** Version the engine told, or `undefined` where it tells none. */
  readonly engineVersion: string | undefined;
  /** Model ids that a request may name, LoRA adapters included. */
  readonly models: readonly string[];
  /** Longest prompt plus output, in tokens; `undefined` where the engine does not tell. */
  readonly contextTokensMax: number | undefined;
  /** Tokens in one KV block; 1 where the cache is not paged. */
  readonly kvBlockTokens: number;
  /** KV cache capacity in tokens; `undefined` where it is not known (yet). */
  readonly kvCapacityTokens: number | undefined;
  /** False where its engine says that it keeps no prompt for the next one. */
  readonly cachesPrefixes?: boolean | undefined;
  readonly numaNode: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a replica last said about itself. Always a little stale. */
export interface LoadSnapshot {
  /** When the engine wrote it, on the gateway's monotonic clock. */
  readonly takenAtMs: number;
  readonly runningRequests: number;
  readonly waitingRequests: number;
  /** Queued prompt tokens that the prefix cache does not hold. */
  readonly waitingTokens?: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvCacheUsage: number;
  readonly prefixCacheHitRate?: number;
  readonly outputTokensPerSecond?: number;
  readonly runningRequestsMax?: number;
  readonly loadedAdapters?: readonly string[];
}

/** What this gateway has sent to a replica and not yet seen end. Never stale. */
export interface InFlight {
  readonly requests: number;
  /** Requests dispatched after the last load snapshot was taken, still open. */
  readonly requestsSinceSnapshot: number;
  /** Prompt tokens sent, not cached there, and not yet answered by a first token. */
  readonly prefillTokens: number;
  /** KV tokens held now: prompt, less what was cached, plus output so far, over the open requests. */
  readonly kvTokens: number;
  /** Largest KV occupancy that the open requests reach together if each runs to its expected end. */
  readonly kvTokensPeak: number;
  /**
   * The same with one more request, for a price: by the streams as they were less than 50 ms ago. Up to
   * `roughTokens` (none where it is left out) it may be too large by as much as the request's own tokens.
   */
  kvTokensPeakWith(
    uncachedTokens: number,
    expectedOutputTokens: number,
    roughTokens?: number,
  ): number;
  /**
   * Whether the peak with one more request is at most `kvTokens`. As of now, and exact for requests that
   * decode in step: see `structures/kv-forecast.ts`.
   */
  kvFits(uncachedTokens: number, expectedOutputTokens: number, kvTokens: number): boolean;
}

/** What others than this gateway have at a replica: its last load snapshot beyond our own ledger, weighed by age. */
export interface OtherTraffic {
  readonly requests: number;
  /** Those of `requests` that wait for their prefill. */
  readonly waitingRequests: number;
  /** Prompt tokens of `waitingRequests`; `undefined` where the engine does not tell. */
  readonly waitingTokens: number | undefined;
  /** 0 where the KV capacity is not known. */
  readonly kvTokens: number;
}

/** How fast a replica is: a preset's figures, or a fit over its own streams. */
export interface Speed {
  readonly prefillTokensPerSecond: number;
  readonly decodeStepMs: number;
  readonly decodeStepMsPerRequest: number;
  readonly decodeStepMsPerKvToken: number;
}

/** All that a policy may know of one replica at the moment of a decision. */
export interface Candidate {
  readonly replica: Replica;
  readonly state: ReplicaState;
  /** Why it is in that state, in words that end a sentence; `undefined` where nobody has said it. */
  readonly stateReason: string | undefined;
  readonly load: LoadSnapshot | undefined;
  /** Age of `load` at the decision, in milliseconds; `Infinity` when there is none. */
  readonly loadAgeMs: number;
  readonly inFlight: InFlight;
  readonly others: OtherTraffic;
  readonly speed: Speed;
  /** It says nothing, also to a question of our own: more requests had better go elsewhere. */
  readonly isQuiet: boolean;
  /** Requests of ours that it may have at a time: few since it came back, or what it runs at once; `Infinity` where neither bounds it. */
  readonly requestsMax: number;
}
