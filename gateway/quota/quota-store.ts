/** What a tenant may use; what is left out has no bound. */
export interface QuotaLimits {
  readonly requestsPerMinute?: number | undefined;
  /** Prompt and answer together. */
  readonly tokensPerMinute?: number | undefined;
  /** Requests inside at one time, waiting ones included. */
  readonly concurrentRequests?: number | undefined;
}

/** Tokens that one request wants. */
export interface QuotaAsk {
  /** Prompt and expected answer: what is charged until the truth is known. */
  readonly tokens: number;
  /** What it uses in any case, and never a guess; up to `tokens`. */
  readonly tokensMin: number;
}

/** How far a limit of a minute is used up. */
export interface Standing {
  readonly limit: number;
  /** More than the limit where answers were longer than expected. */
  readonly used: number;
  /** `limit` less `used`, and never below 0. */
  readonly remaining: number;
  /** Until nothing is used any more, if nothing is asked meanwhile. */
  readonly resetMs: number;
}

/** Where a tenant stands, for each limit that it has. */
export interface QuotaStanding {
  readonly requests?: Standing | undefined;
  readonly tokens?: Standing | undefined;
  readonly concurrent?: { readonly limit: number; readonly open: number } | undefined;
}

/** The limits, by the words in which a refusal names them. */
export type QuotaLimit = 'requests-per-minute' | 'tokens-per-minute' | 'concurrent-requests';

/** What a request was charged with when it was let in. */
export interface QuotaCharge {
  /**
   * Puts what was really used in place of what was expected, and counts the request out. Only the first call counts.
   * Engines are not trusted to count: a store bounds `usedTokens`, and what is no number leaves what was expected.
   */
  settle(usedTokens: number, nowMs: number): void;
}

/** A request that is not let in; nothing was charged. */
export interface QuotaRefusal {
  readonly kind: 'refused';
  /** Of all limits that refuse it, the one that does for longest. */
  readonly limit: QuotaLimit;
  /** Until it would be let in; `Infinity` where it never fits. */
  readonly waitMs: number;
  readonly standing: QuotaStanding;
}

/** A request that is let in. */
export interface QuotaGrant {
  readonly kind: 'granted';
  readonly charge: QuotaCharge;
  /** After it was charged. */
  readonly standing: QuotaStanding;
}

/** What one tenant may use and has used. */
export interface Quota {
  /** Charges every limit or none. */
  take(ask: QuotaAsk, nowMs: number): QuotaGrant | QuotaRefusal;
  standing(nowMs: number): QuotaStanding;
}

/**
 * Keeps what tenants have used. Its answers are synchronous, for a request waits on no other machine: a store
 * that several gateways share answers by what it knows here, and tells the others in the background.
 */
export interface QuotaStore {
  /** `undefined` for a tenant that has no quota. */
  of(tenant: string): Quota | undefined;
  /** Every tenant that has a quota. */
  standings(
    nowMs: number,
  ): readonly { readonly tenant: string; readonly standing: QuotaStanding }[];
}
