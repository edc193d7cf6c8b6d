import type {
  Quota,
  QuotaAsk,
  QuotaCharge,
  QuotaGrant,
  QuotaLimit,
  QuotaLimits,
  QuotaRefusal,
  QuotaStanding,
  QuotaStore,
} from './quota-store.ts';
import { TokenBucket } from './token-bucket.ts';

/** Somebody inside has to finish first; seconds are what that takes. */
export const CONCURRENT_WAIT_MS = 1_000;

/**
 * Most tokens that one request is charged with in the end, however many its engine told: more than the longest
 * contexts hold, and a bound on for how long a broken count locks a tenant out.
 */
export const USED_TOKENS_MAX = 10_000_000;

/** A tenant, and what it may use. */
export type NamedQuota = QuotaLimits & { readonly name: string };

/** Quotas of this gateway alone, gone when it stops. Holds one account for each tenant that has a limit. */
export class MemoryQuotas implements QuotaStore {
  #accounts: ReadonlyMap<string, Account> = new Map();

  constructor(tenants: readonly NamedQuota[]) {
    this.renew(tenants);
  }

  /** Puts other limits in place. What a tenant has open stays, and what it has used of limits that stay the same. */
  renew(tenants: readonly NamedQuota[]): void {
    const before = this.#accounts;
    this.#accounts = new Map(
      tenants.filter(hasLimit).map((tenant) => {
        const account = before.get(tenant.name) ?? new Account();
        account.limit(tenant);
        return [tenant.name, account];
      }),
    );
  }

  of(tenant: string): Quota | undefined {
    return this.#accounts.get(tenant);
  }

  standings(nowMs: number): ReturnType<QuotaStore['standings']> {
    return [...this.#accounts].map(([tenant, account]) => ({
      tenant,
      standing: account.standing(nowMs),
    }));
  }
}

function hasLimit({
  requestsPerMinute,
  tokensPerMinute,
  concurrentRequests,
}: QuotaLimits): boolean {
  return (requestsPerMinute ?? tokensPerMinute ?? concurrentRequests) !== undefined;
}

/** One tenant's limits and how far they are used. */
class Account implements Quota {
  #requests: TokenBucket | undefined;
  #tokens: TokenBucket | undefined;
  #openMax = Infinity;
  #open = 0;

  /** Sets the limits; a bucket of another size begins full. */
  limit({ requestsPerMinute, tokensPerMinute, concurrentRequests }: QuotaLimits): void {
    if (this.#requests?.perMinute !== requestsPerMinute)
      this.#requests = bucketOf(requestsPerMinute);
    if (this.#tokens?.perMinute !== tokensPerMinute) this.#tokens = bucketOf(tokensPerMinute);
    this.#openMax = concurrentRequests ?? Infinity;
  }

  take(ask: QuotaAsk, nowMs: number): QuotaGrant | QuotaRefusal {
    // An expectation is no reason to refuse for ever: beyond a full bucket, what was used is paid off afterwards.
    const tokens = Math.min(ask.tokens, this.#tokens?.perMinute ?? Infinity);
    const { limit, waitMs } = this.#longestWait(Math.max(tokens, ask.tokensMin), nowMs);
    if (waitMs > 0) return { kind: 'refused', limit, waitMs, standing: this.standing(nowMs) };
    this.#requests?.draw(1, nowMs);
    this.#tokens?.draw(tokens, nowMs);
    this.#open += 1;
    return { kind: 'granted', charge: this.#charge(tokens), standing: this.standing(nowMs) };
  }

  standing(nowMs: number): QuotaStanding {
    const isBounded = this.#openMax !== Infinity;
    return {
      requests: this.#requests?.standing(nowMs),
      tokens: this.#tokens?.standing(nowMs),
      concurrent: isBounded ? { limit: this.#openMax, open: this.#open } : undefined,
    };
  }

  #longestWait(tokens: number, nowMs: number): { limit: QuotaLimit; waitMs: number } {
    const requestsMs = this.#requests?.waitMs(1, nowMs) ?? 0;
    const tokensMs = this.#tokens?.waitMs(tokens, nowMs) ?? 0;
    const concurrentMs = this.#open < this.#openMax ? 0 : CONCURRENT_WAIT_MS;
    const waitMs = Math.max(requestsMs, tokensMs, concurrentMs);
    if (waitMs === requestsMs) return { limit: 'requests-per-minute', waitMs };
    return { limit: waitMs === tokensMs ? 'tokens-per-minute' : 'concurrent-requests', waitMs };
  }

  #charge(tokens: number): QuotaCharge {
    let isOpen = true;
    return {
      settle: (usedTokens, nowMs) => {
        if (!isOpen) return;
        isOpen = false;
        this.#open -= 1;
        if (!Number.isNaN(usedTokens)) this.#tokens?.draw(bounded(usedTokens) - tokens, nowMs);
      },
    };
  }
}

function bounded(usedTokens: number): number {
  return Math.min(Math.max(usedTokens, 0), USED_TOKENS_MAX);
}

function bucketOf(perMinute: number | undefined): TokenBucket | undefined {
  return perMinute === undefined ? undefined : new TokenBucket(perMinute);
}
