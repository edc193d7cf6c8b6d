import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONCURRENT_WAIT_MS,
  MemoryQuotas,
  type NamedQuota,
  USED_TOKENS_MAX,
} from '../../../gateway/quota/memory-quotas.ts';
import type {
  QuotaAsk,
  QuotaCharge,
  QuotaGrant,
  QuotaRefusal,
  QuotaStanding,
} from '../../../gateway/quota/quota-store.ts';

/** The quotas of one tenant, `red`. */
class Red {
  readonly quotas: MemoryQuotas;

  constructor(limits: Omit<NamedQuota, 'name'>) {
    this.quotas = new MemoryQuotas([{ name: 'red', ...limits }]);
  }

  take(tokens = 1, nowMs = 0, tokensMin = 0): QuotaGrant | QuotaRefusal | undefined {
    return this.quotas.of('red')?.take({ tokens, tokensMin }, nowMs);
  }

  /** The charge of a request that must be let in. */
  charge(ask: QuotaAsk, nowMs: number): QuotaCharge {
    const answer = this.quotas.of('red')?.take(ask, nowMs);
    if (answer?.kind !== 'granted') throw new Error('it was refused');
    return answer.charge;
  }

  standing(nowMs = 0): QuotaStanding | undefined {
    return this.quotas.standings(nowMs)[0]?.standing;
  }
}

describe('a tenant without a quota', () => {
  it('is asked for nothing and shown nowhere', () => {
    const quotas = new MemoryQuotas([{ name: 'red' }, { name: 'blue', requestsPerMinute: 1 }]);

    expect(quotas.of('red')).toBeUndefined();
    expect(quotas.of('nobody')).toBeUndefined();
    expect(quotas.standings(0).map(({ tenant }) => tenant)).toEqual(['blue']);
  });
});

describe('a tenant with a quota', () => {
  it('of requests a minute has so many, and one more when it has flowed in', () => {
    const red = new Red({ requestsPerMinute: 2 });
    expect([red.take()?.kind, red.take()?.kind]).toEqual(['granted', 'granted']);

    expect(red.take()).toMatchObject({
      kind: 'refused',
      limit: 'requests-per-minute',
      waitMs: 30_000,
      standing: { requests: { limit: 2, used: 2, remaining: 0, resetMs: 60_000 } },
    });
    expect(red.take(1, 29_999)?.kind).toBe('refused');
    expect(red.take(1, 30_000)?.kind).toBe('granted');
  });

  it('of tokens a minute has so many, and not one more', () => {
    const red = new Red({ tokensPerMinute: 100 });
    expect(red.take(60)?.kind).toBe('granted');

    expect(red.take(41)).toMatchObject({
      kind: 'refused',
      limit: 'tokens-per-minute',
      waitMs: 600,
    });
    expect(red.take(40)).toMatchObject({
      kind: 'granted',
      standing: { tokens: { used: 100, remaining: 0 } },
    });
  });

  it('of concurrent requests has so many inside, and one more when one has ended', () => {
    const red = new Red({ concurrentRequests: 2 });
    const first = red.charge({ tokens: 1, tokensMin: 1 }, 0);
    expect(red.take()?.kind).toBe('granted');

    expect(red.take()).toMatchObject({
      kind: 'refused',
      limit: 'concurrent-requests',
      waitMs: CONCURRENT_WAIT_MS,
      standing: { concurrent: { limit: 2, open: 2 } },
    });
    first.settle(0, 0);
    expect(red.take()?.kind).toBe('granted');
    expect(red.take()?.kind).toBe('refused');
  });

  it('is told of the limit that refuses for longest', () => {
    const requests = new Red({ requestsPerMinute: 1, tokensPerMinute: 100, concurrentRequests: 1 });
    requests.take(50);
    const tokens = new Red({ requestsPerMinute: 2, tokensPerMinute: 100 });
    tokens.take(50);
    tokens.take(50);
    const concurrent = new Red({ tokensPerMinute: 600, concurrentRequests: 1 });
    concurrent.take(600);

    expect(requests.take(60)).toMatchObject({ limit: 'requests-per-minute', waitMs: 60_000 });
    expect(tokens.take(100)).toMatchObject({ limit: 'tokens-per-minute', waitMs: 60_000 });
    expect(concurrent.take(1)).toMatchObject({ limit: 'concurrent-requests', waitMs: 1_000 });
  });

  it('that is refused by one limit is charged by none', () => {
    const red = new Red({ requestsPerMinute: 10, tokensPerMinute: 100, concurrentRequests: 5 });
    red.take(60);
    const before = red.standing();

    expect(red.take(41)?.kind).toBe('refused');
    expect(red.standing()).toEqual(before);
  });

  it('does not use up that of another', () => {
    const quotas = new MemoryQuotas([
      { name: 'red', requestsPerMinute: 1 },
      { name: 'blue', requestsPerMinute: 1 },
    ]);
    const ask = { tokens: 1, tokensMin: 1 };

    expect(quotas.of('red')?.take(ask, 0).kind).toBe('granted');
    expect(quotas.of('blue')?.take(ask, 0).kind).toBe('granted');
    expect(quotas.of('red')?.take(ask, 0).kind).toBe('refused');
  });
});

describe('a request larger than a minute’s tokens', () => {
  it('never fits where it uses them in any case, and fits with one less', () => {
    const red = new Red({ tokensPerMinute: 100 });

    expect(red.take(101, 0, 101)).toMatchObject({ limit: 'tokens-per-minute', waitMs: Infinity });
    expect(red.take(101, 0, 100)?.kind).toBe('granted');
  });

  it('by what its answer is expected to be waits for a full bucket, and pays the rest off', () => {
    const red = new Red({ tokensPerMinute: 100 });
    const charge = red.charge({ tokens: 500, tokensMin: 10 }, 0);
    expect(red.standing()?.tokens?.used).toBe(100);
    charge.settle(130, 0);

    expect(red.standing()?.tokens?.used).toBe(130);
    expect(red.take(500, 0, 10)).toMatchObject({ kind: 'refused', waitMs: 78_000 });
  });
});

describe('a charge', () => {
  it('is settled to what was used, and counts the request out, once', () => {
    const red = new Red({ requestsPerMinute: 5, tokensPerMinute: 100, concurrentRequests: 5 });
    const charge = red.charge({ tokens: 80, tokensMin: 10 }, 0);
    red.take(1);
    charge.settle(30, 0);
    charge.settle(0, 0);

    expect(red.standing()).toMatchObject({
      requests: { used: 2 },
      tokens: { used: 31 },
      concurrent: { open: 1 },
    });
  });

  /** What 100 tokens a minute are used when a charge of 80 was settled to `usedTokens`. */
  function usedAfter(usedTokens: number): number | undefined {
    const red = new Red({ tokensPerMinute: 100, concurrentRequests: 1 });
    red.charge({ tokens: 80, tokensMin: 10 }, 0).settle(usedTokens, 0);
    expect(red.standing()?.concurrent?.open).toBe(0);
    return red.standing()?.tokens?.used;
  }

  it('is settled to no more than a bound, however much the engine told', () => {
    expect(usedAfter(USED_TOKENS_MAX - 1)).toBe(USED_TOKENS_MAX - 1);
    expect(usedAfter(USED_TOKENS_MAX)).toBe(USED_TOKENS_MAX);
    expect(usedAfter(USED_TOKENS_MAX + 1)).toBe(USED_TOKENS_MAX);
    expect(usedAfter(Infinity)).toBe(USED_TOKENS_MAX);
  });

  it('gives back no more than it took', () => {
    const red = new Red({ tokensPerMinute: 100 });
    red.take(15);
    red.charge({ tokens: 80, tokensMin: 10 }, 0).settle(-1, 0);

    expect(red.standing()?.tokens?.used).toBe(15);
  });

  it('stays what it was where the engine told no number', () => {
    expect(usedAfter(Number.NaN)).toBe(80);
  });

  it('of a tenant that has no limit of tokens moves none', () => {
    const red = new Red({ requestsPerMinute: 5 });
    red.charge({ tokens: 80, tokensMin: 10 }, 0).settle(1_000, 0);

    expect(red.standing()).toEqual({
      requests: { limit: 5, used: 1, remaining: 4, resetMs: 12_000 },
      tokens: undefined,
      concurrent: undefined,
    });
  });

  const steps = fc.array(
    fc.record({
      afterMs: fc.nat({ max: 20_000 }),
      tokens: fc.integer({ min: 1, max: 150 }),
      /** What is settled: the open charge at this place, if there is one, for so many tokens. */
      settles: fc.nat({ max: 8 }),
      used: fc.nat({ max: 150 }),
    }),
    { maxLength: 80 },
  );

  it('in any order leaves nobody inside, and the buckets full when all is paid off', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const red = new Red({ requestsPerMinute: 20, tokensPerMinute: 100, concurrentRequests: 4 });
        const open: QuotaCharge[] = [];
        let nowMs = 0;
        for (const { afterMs, tokens, settles, used } of run) {
          nowMs += afterMs;
          const answer = red.take(tokens, nowMs);
          if (answer?.kind === 'granted') open.push(answer.charge);
          expect(red.standing(nowMs)?.concurrent?.open).toBe(open.length);
          for (const charge of open.splice(settles, 1)) charge.settle(used, nowMs);
        }
        for (const charge of open) charge.settle(50, nowMs);
        const { requests, tokens, concurrent } = red.standing(nowMs) ?? {};
        expect(concurrent?.open).toBe(0);
        const resetMs = Math.max(requests?.resetMs ?? 0, tokens?.resetMs ?? 0);
        expect(red.standing(nowMs + resetMs)).toMatchObject({
          requests: { used: 0, remaining: 20 },
          tokens: { used: 0, remaining: 100 },
        });
      }),
    );
  });

  it('in any order never lets more be used than a bucket, what flowed in, and what was foreseen too low', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const red = new Red({ tokensPerMinute: 100 });
        const open: { charge: QuotaCharge; charged: number }[] = [];
        let [nowMs, charged, back, over] = [0, 0, 0, 0];
        for (const { afterMs, tokens, settles, used } of run) {
          nowMs += afterMs;
          const answer = red.take(tokens, nowMs);
          const sum = Math.min(tokens, 100);
          if (answer?.kind === 'granted') open.push({ charge: answer.charge, charged: sum });
          if (answer?.kind === 'granted') charged += sum;
          expect(charged - back).toBeLessThanOrEqual(100 + (nowMs * 100) / 60_000);
          for (const one of open.splice(settles, 1)) {
            one.charge.settle(used, nowMs);
            back += Math.max(one.charged - used, 0);
            over += Math.max(used - one.charged, 0);
          }
          expect(red.standing(nowMs)?.tokens?.used ?? 0).toBeLessThanOrEqual(100 + over);
        }
      }),
    );
  });
});

describe('other limits', () => {
  it('keep what a tenant has used of those that stay, and begin anew with those that change', () => {
    const red = new Red({ requestsPerMinute: 5, tokensPerMinute: 100 });
    red.take(40);
    red.quotas.renew([{ name: 'red', requestsPerMinute: 9, tokensPerMinute: 100 }]);

    expect(red.standing()).toMatchObject({
      requests: { limit: 9, used: 0 },
      tokens: { limit: 100, used: 40 },
    });
  });

  it('keep who is inside, under a bound that is lower too', () => {
    const red = new Red({ concurrentRequests: 3 });
    const charges = [1, 2].map(() => red.charge({ tokens: 1, tokensMin: 0 }, 0));
    red.quotas.renew([{ name: 'red', concurrentRequests: 1 }]);

    expect(red.standing()).toMatchObject({ concurrent: { limit: 1, open: 2 } });
    expect(red.take()?.kind).toBe('refused');
    for (const charge of charges) charge.settle(1, 0);
    expect(red.take()?.kind).toBe('granted');
  });

  it('may be none, and come to others', () => {
    const red = new Red({ requestsPerMinute: 5 });
    red.quotas.renew([{ name: 'red' }, { name: 'blue', requestsPerMinute: 1 }]);

    expect(red.quotas.of('red')).toBeUndefined();
    expect(red.quotas.standings(0)).toMatchObject([{ tenant: 'blue' }]);
  });
});
