import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../telemetry/histogram.ts';

const bounds = Float64Array.of(1, 2, 5);

describe('a histogram', () => {
  it.each([
    [0, 0],
    [0.5, 0],
    [1, 0],
    [1.0001, 1],
    [2, 1],
    [5, 2],
    [5.0001, 3],
    [Infinity, 3],
    [-1, 0],
  ])('puts %f into bucket %i: a value equal to a bound is within it', (value, bucket) => {
    const histogram = new Histogram(bounds);

    histogram.observe(value);

    expect([...histogram.counts]).toEqual([0, 1, 2, 3].map((at) => (at === bucket ? 1 : 0)));
  });

  it('is empty until something is observed that is a number', () => {
    const histogram = new Histogram(bounds);
    histogram.observe(Number.NaN);
    expect(histogram.isEmpty).toBe(true);

    histogram.observe(Infinity);
    expect(histogram.isEmpty).toBe(false);
  });

  it('sums what it counts', () => {
    const histogram = new Histogram(bounds);
    for (const value of [0.5, 1.5, 10]) histogram.observe(value);

    expect(histogram.sum).toBe(12);
  });

  it('counts a value as often as it weighs', () => {
    const histogram = new Histogram(bounds);

    histogram.observe(1.5, 4);

    expect([...histogram.counts]).toEqual([0, 4, 0, 0]);
    expect(histogram.sum).toBe(6);
  });

  it('leaves out what is not a number', () => {
    const histogram = new Histogram(bounds);

    histogram.observe(Number.NaN);

    expect([...histogram.counts]).toEqual([0, 0, 0, 0]);
    expect(histogram.sum).toBe(0);
  });

  it('finds the bucket that a search from below finds, for any bounds and value', () => {
    const rising = fc
      .uniqueArray(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { maxLength: 40 })
      .map((values) => Float64Array.from(values).toSorted());
    fc.assert(
      fc.property(rising, fc.double({ noNaN: true, min: -2e6, max: 2e6 }), (some, value) => {
        const histogram = new Histogram(some);
        histogram.observe(value);

        const first = some.findIndex((bound) => value <= bound);
        expect(histogram.counts[first === -1 ? some.length : first]).toBe(1);
      }),
    );
  });
});

describe('many values at once', () => {
  it('are scaled and counted one by one', () => {
    const histogram = new Histogram(bounds);

    histogram.observeAll(Float32Array.of(500, 1500, 4000, 9000), 0.001);

    expect([...histogram.counts]).toEqual([1, 1, 1, 1]);
    expect(histogram.sum).toBeCloseTo(15);
  });

  it('are shared out by weight, so that the sum stays', () => {
    const histogram = new Histogram(bounds);

    histogram.observeAll(Float32Array.of(8, 3), 1, Uint32Array.of(4, 1));

    expect([...histogram.counts]).toEqual([0, 4, 1, 0]);
    expect(histogram.sum).toBe(11);
  });

  it('do not count where they weigh nothing', () => {
    const histogram = new Histogram(bounds);

    histogram.observeAll(Float32Array.of(8, 3), 1, Uint32Array.of(0, 1));

    expect([...histogram.counts]).toEqual([0, 0, 1, 0]);
  });
});

describe('an exemplar', () => {
  const exemplar = { traceId: 'a'.repeat(32), value: 1.5, atSeconds: 12 };

  it('stays with the bucket of its value', () => {
    const histogram = new Histogram(bounds);

    histogram.exemplify(exemplar.value, exemplar.traceId, exemplar.atSeconds);

    expect([0, 1, 2, 3].map((bucket) => histogram.exemplarOf(bucket))).toEqual([
      undefined,
      exemplar,
      undefined,
      undefined,
    ]);
  });

  it('gives way to the next one', () => {
    const histogram = new Histogram(bounds);

    histogram.exemplify(1.2, 'b'.repeat(32), 11);
    histogram.exemplify(exemplar.value, exemplar.traceId, exemplar.atSeconds);

    expect(histogram.exemplarOf(1)).toEqual(exemplar);
  });

  it('is not there before one was given', () => {
    expect(new Histogram(bounds).exemplarOf(1)).toBeUndefined();
  });
});
