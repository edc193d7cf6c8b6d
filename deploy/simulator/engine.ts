/** What the simulated engine needs to know of one generation. */
export interface SimulatedRequest {
  /** Prompt length in tokens, 1 or more. */
  readonly promptTokens: number;
  /** Tokens that will be produced, unless aborted. 0 runs the prefill and ends after one token (SGLang 0.2.14). */
  readonly outputTokens: number;
  /** One chained hash for each full KV block of the prompt; empty where no prefix can be shared. */
  readonly blockHashes: readonly number[];
}

/** Told of one generation's progress, on the engine's clock (engine milliseconds, before `--speed`). */
export interface SimulatedListener {
  /** `count` tokens became visible together; more than one when the front end merged them. */
  tokens(count: number, atMs: number): void;
  /** The stream ends; every token has been told. */
  finished(atMs: number): void;
}

/** One running or queued generation. */
export interface SimulatedGeneration {
  /** Prompt tokens found in the prefix cache; known after the first prefill step, 0 before. */
  readonly cachedTokens: number;
  /** Takes it out of the engine at once. The listener hears nothing more. */
  abort(): void;
}

/** The load that the engine's own gauges would show. */
export interface SimulatedLoad {
  readonly runningRequests: number;
  readonly waitingRequests: number;
  /** Queued prompt tokens that no cache holds. */
  readonly waitingTokens: number;
  /** KV tokens in use by live requests. */
  readonly usedTokens: number;
  readonly capacityTokens: number;
  /** Generations sent back to be computed again, since the start. */
  readonly preemptions: number;
  readonly promptTokensTotal: number;
  readonly cachedTokensTotal: number;
  readonly outputTokensTotal: number;
}

/** One simulated replica: a scheduler on a clock. */
export interface SimulatedEngine {
  submit(request: SimulatedRequest, listener: SimulatedListener): SimulatedGeneration;
  load(): SimulatedLoad;
  /** Drops every cached prefix that no live request holds. */
  flushCache(): void;
}
