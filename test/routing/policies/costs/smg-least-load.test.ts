import { describe, expect, it } from 'vitest';
import { smgLeastLoad } from '../../../../routing/policies/costs/smg-least-load.ts';
import type { LoadSnapshot } from '../../../../routing/replica.ts';
import { aCandidate, aLoad, anInFlight, aRequest } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

function priced(
  load: Partial<LoadSnapshot>,
  { requestsSinceSnapshot = 0, loadAgeMs = 1000 } = {},
): number | undefined {
  const candidate = aCandidate({
    load: aLoad(load),
    loadAgeMs,
    inFlight: anInFlight({ requests: 5, requestsSinceSnapshot }),
  });
  return estimate(smgLeastLoad, aRequest(), [candidate])[0];
}

describe('smg-least-load', () => {
  it('is free at a replica that reports nothing queued and an empty cache', () => {
    expect(priced({ runningRequests: 200 })).toBe(0);
  });

  it('divides the queued tokens by the rate at which the replica generates', () => {
    expect(priced({ waitingTokens: 6000, outputTokensPerSecond: 3000 })).toBe(2);
  });

  it('takes a queued prompt for 1024 tokens and the rate for 2000 where neither is told', () => {
    expect(priced({ waitingRequests: 2 })).toBe(2048 / 2000);
    expect(priced({ waitingRequests: 2, outputTokensPerSecond: 0 })).toBe(2048 / 2000);
  });

  it('adds what was sent since the report', () => {
    const three = { requestsSinceSnapshot: 3 };

    expect(priced({ waitingTokens: 928, outputTokensPerSecond: 1000 }, three)).toBe(4);
  });

  it('adds 0.15 s at a half-full cache and 0.6 s at four fifths', () => {
    expect(priced({ kvCacheUsage: 0.5 })).toBeCloseTo(0.15);
    expect(priced({ kvCacheUsage: 0.8 })).toBeCloseTo(0.6);
    expect(priced({ kvCacheUsage: 1 })).toBeCloseTo(0.15 * 999);
  });

  it('counts open requests where there is no report, or none of the last three polls', () => {
    const full = { waitingTokens: 1e6, kvCacheUsage: 1 };
    const open = { ...aCandidate(), inFlight: anInFlight({ requests: 5 }) };

    expect(estimate(smgLeastLoad, aRequest(), [open])).toEqual([2.56]);
    expect(priced(full, { loadAgeMs: 30_001 })).toBe(2.56);
    expect(priced(full, { loadAgeMs: 30_000 })).toBeGreaterThan(100);
  });
});
