import { describe, expect, it } from 'vitest';
import type { OwnShare } from '../../../routing/structures/ledger.ts';
import { readOtherTraffic, weightAtAge } from '../../../routing/structures/other-traffic.ts';
import { aLoad, otherTraffic } from '../../support/builders.ts';

const nothing: OwnShare = { requests: 0, prefillRequests: 0, prefillTokens: 0, kvTokens: 0 };

describe('readOtherTraffic', () => {
  it('takes all that a snapshot shows for others where we have nothing', () => {
    const load = aLoad({
      runningRequests: 7,
      waitingRequests: 3,
      waitingTokens: 900,
      kvCacheUsage: 0.25,
    });

    expect(readOtherTraffic(load, nothing, 1000)).toEqual({
      requests: 10,
      waitingRequests: 3,
      waitingTokens: 900,
      kvTokens: 250,
    });
  });

  it('takes off what is our own', () => {
    const load = aLoad({
      runningRequests: 7,
      waitingRequests: 3,
      waitingTokens: 900,
      kvCacheUsage: 0.25,
    });
    const own = { requests: 6, prefillRequests: 1, prefillTokens: 400, kvTokens: 200 };

    expect(readOtherTraffic(load, own, 1000)).toEqual({
      requests: 4,
      waitingRequests: 2,
      waitingTokens: 500,
      kvTokens: 50,
    });
  });

  it('never falls below zero when the snapshot lags behind our own count', () => {
    const own = { requests: 60, prefillRequests: 9, prefillTokens: 4000, kvTokens: 99_000 };
    const load = aLoad({ runningRequests: 2, waitingTokens: 10, kvCacheUsage: 0.1 });

    expect(readOtherTraffic(load, own, 1000)).toEqual(otherTraffic());
  });

  it('sees nobody waiting where everyone there is our own', () => {
    const own = { ...nothing, requests: 5, prefillRequests: 1 };

    const others = readOtherTraffic(aLoad({ runningRequests: 2, waitingRequests: 3 }), own, 1000);

    expect(others).toMatchObject({ requests: 0, waitingRequests: 0, waitingTokens: 0 });
  });

  it('does not invent the tokens of those that wait', () => {
    const others = readOtherTraffic(aLoad({ waitingRequests: 3 }), nothing, 1000);

    expect(others.waitingTokens).toBeUndefined();
  });

  it('cannot tell KV tokens without a capacity', () => {
    const others = readOtherTraffic(aLoad({ kvCacheUsage: 0.9 }), nothing, undefined);

    expect(others.kvTokens).toBe(0);
  });
});

describe('weightAtAge', () => {
  it('is full for what has just been seen, and no more for clocks that disagree', () => {
    expect(weightAtAge(0)).toBe(1);
    expect(weightAtAge(-50)).toBe(1);
  });

  it('halves every five seconds and fades to nothing', () => {
    expect(weightAtAge(5000)).toBe(0.5);
    expect(weightAtAge(10_000)).toBe(0.25);
    expect(weightAtAge(300_000)).toBeLessThan(1e-17);
    expect(weightAtAge(Infinity)).toBe(0);
  });
});
