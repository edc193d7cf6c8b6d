import { describe, expect, it } from 'vitest';
import { prefillSeconds, uncachedTokens } from '../../routing/prefill.ts';
import { defaultSpeed } from '../../routing/speed.ts';
import { aCandidate, anInFlight, aReplica, aRequest, otherTraffic } from '../support/builders.ts';

const holder = aCandidate({ replica: aReplica({ id: 'holder' }) });
const cached = { at: (id: string) => (id === 'holder' ? 1500 : 0) };
const speed = { ...defaultSpeed, prefillTokensPerSecond: 1000 };

describe('the tokens that a replica would have to compute', () => {
  it('are all of a prompt that shares nothing', () => {
    expect(uncachedTokens(aRequest({ promptTokens: 2000 }), holder)).toBe(2000);
  });

  it('are the others than those in its cache', () => {
    const request = aRequest({ promptTokens: 2000, cached });

    expect(uncachedTokens(request, holder)).toBe(500);
    expect(uncachedTokens(request, aCandidate())).toBe(2000);
  });
});

describe('the time until a prompt is computed', () => {
  it('is that of the prompts before it and its own', () => {
    const candidate = aCandidate({ speed, inFlight: anInFlight({ prefillTokens: 3000 }) });

    expect(prefillSeconds(aRequest({ promptTokens: 2000 }), candidate)).toBe(5);
  });

  it('leaves out what is cached', () => {
    const request = aRequest({ promptTokens: 2000, cached });

    expect(prefillSeconds(request, { ...holder, speed })).toBe(0.5);
  });

  it('counts the waiting prompts of others, by their tokens or as if they were like this one', () => {
    const request = aRequest({ promptTokens: 2000 });
    const told = otherTraffic({ waitingRequests: 2, waitingTokens: 700 });
    const untold = otherTraffic({ waitingRequests: 2, waitingTokens: undefined });

    expect(prefillSeconds(request, aCandidate({ speed, others: told }))).toBe(2.7);
    expect(prefillSeconds(request, aCandidate({ speed, others: untold }))).toBe(6);
  });
});
