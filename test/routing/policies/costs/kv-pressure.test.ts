import { describe, expect, it } from 'vitest';
import { kvPressure } from '../../../../routing/policies/costs/kv-pressure.ts';
import type { Candidate } from '../../../../routing/replica.ts';
import {
  aCandidate,
  aLoad,
  aReplica,
  anInFlight,
  aRequest,
  otherTraffic,
} from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

const request = aRequest({ promptTokens: 600, expectedOutputTokens: 400 });

/** A replica that promises `peak` tokens once the request is there. */
function promising(peak: number, kvCapacityTokens: number | undefined = 100_000): Candidate {
  return aCandidate({
    replica: aReplica({ kvCapacityTokens }),
    inFlight: anInFlight({ kvTokensPeak: peak - 1000 }),
  });
}

function pressure(...candidates: Candidate[]): number[] {
  return estimate(kvPressure, request, candidates);
}

describe('kv-pressure', () => {
  it('is 0.15 s where the cache will be half full', () => {
    expect(pressure(promising(50_000))[0]).toBeCloseTo(0.15, 9);
  });

  it('rises ever steeper towards a full cache, and on beyond it', () => {
    const peaks = [10, 30, 50, 70, 90, 95, 98, 99, 100, 101, 150].map((share) => share * 1000);
    const seconds = pressure(...peaks.map((peak) => promising(peak)));
    const slopes = seconds.slice(1).map((value, index) => {
      const run = (peaks[index + 1] ?? 0) - (peaks[index] ?? 0);
      return (value - (seconds[index] ?? 0)) / run;
    });

    expect(slopes.every((slope) => slope > 0)).toBe(true);
    for (const [index, slope] of slopes.entries()) {
      expect(slope).toBeGreaterThanOrEqual((slopes[index - 1] ?? 0) * 0.999_999);
    }
  });

  it('has no jump where the curve goes over into a straight line', () => {
    const [below = 0, above = 0] = pressure(promising(98_999.99), promising(99_000.01));

    expect(above - below).toBeLessThan(0.001);
    expect(above).toBeCloseTo(0.15 * 99, 2);
  });

  it('compares by share, so that the larger replica is freer under the same load', () => {
    const [small = 0, large = 0] = pressure(promising(50_000, 100_000), promising(50_000, 200_000));

    expect(large).toBeCloseTo(small / 3, 9);
  });

  it('counts what others hold', () => {
    const shared = { ...promising(30_000), others: otherTraffic({ kvTokens: 20_000 }) };

    expect(pressure(shared)[0]).toBeCloseTo(0.15, 9);
  });

  it('wants to know the peak exactly beyond half of the cache, what others hold included', () => {
    const asked: unknown[] = [];
    const kvTokensPeakWith = (...lengths: unknown[]): number => asked.push(lengths);
    const inFlight = anInFlight({ kvTokensPeakWith });

    pressure({ ...promising(0), inFlight, others: otherTraffic({ kvTokens: 20_000 }) });

    expect(asked).toEqual([[600, 400, 30_000]]);
  });

  it('takes an unknown capacity to be as small as the smallest known', () => {
    const unknown = aCandidate({
      replica: aReplica({ kvCapacityTokens: undefined }),
      inFlight: anInFlight({ kvTokensPeak: 49_000 }),
    });

    const [seconds] = pressure(unknown, promising(1000, 100_000), promising(1000, 400_000));

    expect(seconds).toBeCloseTo(0.15, 9);
  });

  describe('where no capacity is known', () => {
    const tells = (kvCacheUsage: number, loadAgeMs: number) =>
      aCandidate({
        replica: aReplica({ kvCapacityTokens: undefined }),
        load: aLoad({ kvCacheUsage }),
        loadAgeMs,
      });
    const silent = aCandidate({ replica: aReplica({ kvCapacityTokens: undefined }) });

    it('is free at replicas that say nothing', () => {
      expect(pressure(silent, silent)).toEqual([0, 0]);
    });

    it('goes by the share that replicas tell, less so the older it is', () => {
      const [fresh = 0, old = 0, ancient = 0] = pressure(
        tells(0.5, 0),
        tells(0.5, 5000),
        tells(1, 600_000),
      );

      expect(fresh).toBeCloseTo(0.15, 9);
      expect(old).toBeCloseTo(0.05, 9);
      expect(ancient).toBeLessThan(1e-9);
    });
  });
});
