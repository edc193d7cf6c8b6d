import { describe, expect, it } from 'vitest';
import { decodeSlowdown } from '../../../../routing/policies/costs/decode-slowdown.ts';
import type { Speed } from '../../../../routing/replica.ts';
import { aCandidate, anInFlight, aRequest, otherTraffic } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

const speed: Speed = {
  prefillTokensPerSecond: 10_000,
  decodeStepMs: 20,
  decodeStepMsPerRequest: 0.5,
  decodeStepMsPerKvToken: 0.001,
};
const request = aRequest({ promptTokens: 900, expectedOutputTokens: 200 });

describe('decode-slowdown', () => {
  it('is the time of the own steps in an empty batch', () => {
    // 200 steps of 20 ms + 0.5 ms for the request + 1 ms for its 1000 KV tokens halfway.
    const [seconds] = estimate(decodeSlowdown, request, [aCandidate({ speed })]);

    expect(seconds).toBeCloseTo(4.3, 9);
  });

  it('adds what the batch takes from it, and what it takes from each in the batch', () => {
    const inFlight = anInFlight({ requests: 10, kvTokens: 20_000 });
    const [seconds] = estimate(decodeSlowdown, request, [aCandidate({ speed, inFlight })]);

    // Its own steps: 20 + 10 x 0.5 + 20 + 1.5 ms. Those of the ten others: 1.5 ms longer each.
    expect(seconds).toBeCloseTo(200 * 0.0465 + 10 * 200 * 0.0015, 9);
  });

  it('counts others like our own', () => {
    const mixed = aCandidate({
      speed,
      inFlight: anInFlight({ requests: 4, kvTokens: 15_000 }),
      others: otherTraffic({ requests: 6, kvTokens: 5000 }),
    });
    const own = aCandidate({ speed, inFlight: anInFlight({ requests: 10, kvTokens: 20_000 }) });
    const [one, other] = estimate(decodeSlowdown, request, [mixed, own]);

    expect(one).toBe(other);
  });

  it('is twice as dear where steps take twice as long', () => {
    const slow = {
      ...speed,
      decodeStepMs: 40,
      decodeStepMsPerRequest: 1,
      decodeStepMsPerKvToken: 0.002,
    };
    const [quick = 0, twice = 0] = estimate(decodeSlowdown, request, [
      aCandidate({ speed }),
      aCandidate({ speed: slow }),
    ]);

    expect(twice).toBeCloseTo(2 * quick, 9);
  });

  it('is free for a request of which no output is expected', () => {
    const none = aRequest({ expectedOutputTokens: 0 });

    expect(estimate(decodeSlowdown, none, [aCandidate({ speed })])).toEqual([0]);
  });
});
