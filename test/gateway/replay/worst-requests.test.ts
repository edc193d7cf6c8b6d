import { describe, expect, it } from 'vitest';
import { worstRequests } from '../../../gateway/replay/worst-requests.ts';
import { aFailure, aResult } from './builders.ts';

const ordinary = Array.from({ length: 20 }, (_, index) => aResult({ index }));
const indicesOf = (results: Parameters<typeof worstRequests>[0]): number[] =>
  worstRequests(results).map(({ result }) => result.index);

describe('the worst requests', () => {
  it('are ten at most, failures first, then who lost the most time', () => {
    const waited = aResult({ index: 30, timeToFirstTokenMs: 5000, endToEndMs: 5150 });
    const stalled = aResult({
      index: 31,
      endToEndMs: 9200,
      interTokenMs: Float64Array.of(50, 9000, 50),
    });
    const failed = aFailure({ index: 32 });

    const indices = indicesOf([...ordinary, waited, stalled, failed]);

    expect(indices).toHaveLength(10);
    expect(indices.slice(0, 3)).toEqual([32, 31, 30]);
  });

  it('do not lose time by a long answer at the usual pace', () => {
    const long = aResult({ index: 40, outputTokens: 401, endToEndMs: 100 + 400 * 50 });
    const lost = worstRequests([...ordinary, long]).map(({ lostMs }) => lostMs);

    expect(Math.max(...lost)).toBeCloseTo(100);
  });

  it('tell their longest gap', () => {
    const stalled = aResult({ interTokenMs: Float64Array.of(50, 900, 50) });

    expect(worstRequests([stalled])[0]?.gapMsMax).toBe(900);
    expect(worstRequests([aFailure()])[0]).toMatchObject({ gapMsMax: 0, lostMs: 0 });
  });

  it.each([
    [0, 0],
    [10, 10],
    [11, 10],
  ])('of %i are %i', (count, told) => {
    expect(worstRequests(ordinary.slice(0, count))).toHaveLength(told);
  });
});
