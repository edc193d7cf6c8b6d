import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile, summarize } from '../../../gateway/replay/statistics.ts';
import { referenceVectors } from './reference-vectors.ts';

describe('summarize', () => {
  it('gives what NumPy gives for a short list', () => {
    const statistics = summarize([5, 1, 9, 3, 7]);

    expect(statistics.mean).toBe(5);
    expect(statistics.median).toBe(5);
    expect(statistics.std).toBeCloseTo(2.8284271247461903, 12);
    expect(statistics.p90).toBe(8.2);
    expect(statistics.p95).toBe(8.6);
    expect(statistics.p99).toBe(8.92);
    expect(statistics.max).toBe(9);
  });

  it('counts an empty list as one 0', () => {
    expect(summarize([])).toEqual(summarize([0]));
    expect(summarize([]).p99).toBe(0);
  });

  it('gives the only value of a list of one for every figure but the spread', () => {
    expect(summarize([10.5])).toEqual({
      mean: 10.5,
      median: 10.5,
      std: 0,
      p90: 10.5,
      p95: 10.5,
      p99: 10.5,
      max: 10.5,
    });
  });

  it('leaves its input in its order', () => {
    const values = [3, 1, 2];
    summarize(values);

    expect(values).toEqual([3, 1, 2]);
  });

  it('orders its percentiles and stays within the list', () => {
    const lists = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(lists, (values) => {
        const { median, p90, p95, p99, max } = summarize(values);
        const ascending = [Math.min(...values), median, p90, p95, p99, max];
        return ascending.every((each, index) => each <= (ascending[index + 1] ?? Infinity) + 1e-6);
      }),
    );
  });
});

describe('percentile', () => {
  it('keeps the last bit that NumPy keeps, by working from the nearer neighbour', () => {
    expect(percentile(Float64Array.of(1, 2, 3, 4), 95)).toBe(3.8499999999999996);
    expect(percentile(Float64Array.of(1, 2, 3, 4), 99)).toBe(3.9699999999999998);
    // From the farther one this would be 13.166999999999998.
    expect(percentile(Float64Array.of(0.411, 2.423, 5.774, 9.871, 13.991), 95)).toBe(13.167);
  });

  it('reaches both ends', () => {
    expect(percentile(Float64Array.of(1, 2, 4), 0)).toBe(1);
    expect(percentile(Float64Array.of(1, 2, 4), 100)).toBe(4);
  });
});

describe.skipIf(referenceVectors === undefined)('the reference vectors', () => {
  it.each(referenceVectors?.percentiles_numpy_linear ?? [])('hold for %j', (vector) => {
    const statistics = summarize(vector.values);

    expect(statistics.median).toBe(vector.p50);
    for (const key of ['mean', 'median', 'std', 'p90', 'p95', 'p99'] as const) {
      expect(statistics[key]).toBeCloseTo(vector[key], 10);
    }
  });
});
