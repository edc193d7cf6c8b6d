import { describe, expect, it } from 'vitest';
import { decodeSlowdown as decodeSlowdownFor } from '../../../../routing/policies/costs/decode-slowdown.ts';
import type { Speed } from '../../../../routing/replica.ts';
import { aCandidate, anInFlight, aRequest, otherTraffic } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

const speed: Speed = {
  prefillTokensPerSecond: 10_000,
  decodeStepMs: 20,
  decodeStepMsPerRequest: 0.5,
  decodeStepMsPerKvToken: 0.001,
};
/** A millisecond of gap is worth 20 ms of waiting. */
const decodeSlowdown = decodeSlowdownFor({ firstTokenMs: 2000, tokenGapMs: 100 });
const request = aRequest({ promptTokens: 900, expectedOutputTokens: 200 });

describe('decode-slowdown', () => {
  it('is what the own gap in an empty batch is worth', () => {
    // 20 ms + 0.5 ms for the request + 1 ms for its 1000 KV tokens halfway.
    const [seconds] = estimate(decodeSlowdown, request, [aCandidate({ speed })]);

    expect(seconds).toBeCloseTo(20 * 0.0215, 9);
  });

  it('is worth as much as a good wait where the gap is a good one', () => {
    const good = { firstTokenMs: 700, tokenGapMs: 21.5 };
    const [seconds] = estimate(decodeSlowdownFor(good), request, [aCandidate({ speed })]);

    expect(seconds).toBeCloseTo(0.7, 9);
  });

  it('is the same for a longer answer of the same size halfway', () => {
    const longer = aRequest({ promptTokens: 800, expectedOutputTokens: 400 });
    const candidates = [aCandidate({ speed })];

    expect(estimate(decodeSlowdown, longer, candidates)).toEqual(
      estimate(decodeSlowdown, request, candidates),
    );
  });

  it('adds what the batch takes from it, and what it takes from each in the batch', () => {
    const inFlight = anInFlight({ requests: 10, kvTokens: 20_000 });
    const [seconds] = estimate(decodeSlowdown, request, [aCandidate({ speed, inFlight })]);

    // Its own gap: 20 + 10 x 0.5 + 20 + 1.5 ms. Those of the ten others: 1.5 ms longer each.
    expect(seconds).toBeCloseTo(20 * (0.0465 + 10 * 0.0015), 9);
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

  it('is free for a request of which no tokens are expected one after the other', () => {
    const dear = aRequest({ expectedOutputTokens: 2 });
    expect(estimate(decodeSlowdown, dear, [aCandidate({ speed })])[0]).toBeGreaterThan(0);

    const free = aRequest({ expectedOutputTokens: 1 });
    expect(estimate(decodeSlowdown, free, [aCandidate({ speed })])).toEqual([0]);
  });
});
