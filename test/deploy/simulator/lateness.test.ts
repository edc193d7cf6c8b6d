import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LatenessHistogram } from '../../../deploy/simulator/lateness.ts';

describe('LatenessHistogram', () => {
  it('reads all zeros when nothing was counted', () => {
    expect(new LatenessHistogram().read()).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0, count: 0 });
  });

  it('counts what was early as not late', () => {
    const histogram = new LatenessHistogram();
    histogram.record(-3);

    expect(histogram.read()).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0, count: 1 });
  });

  it('tells the median and the slowest hundredth apart', () => {
    const histogram = new LatenessHistogram();
    for (let index = 0; index < 98; index += 1) histogram.record(1);
    histogram.record(20);
    histogram.record(30);

    const { p50Ms, p99Ms, maxMs, count } = histogram.read();
    expect(p50Ms).toBeCloseTo(1, 1);
    expect(p99Ms).toBeGreaterThanOrEqual(20);
    expect(p99Ms).toBeLessThan(21);
    expect(maxMs).toBe(30);
    expect(count).toBe(100);
  });

  it('is right to 5 % above a twentieth of a millisecond', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 600_000, noNaN: true }), (lateMs) => {
        const histogram = new LatenessHistogram();
        histogram.record(lateMs);
        histogram.record(2 * lateMs);

        const { p50Ms } = histogram.read();
        expect(p50Ms).toBeGreaterThan(lateMs * 0.999_999);
        expect(p50Ms).toBeLessThan(lateMs * 1.051);
      }),
    );
  });

  it('keeps counting what is later than its last bucket, whose edge it then tells', () => {
    const histogram = new LatenessHistogram();
    histogram.record(5_000_000);
    histogram.record(9_000_000);

    const { p50Ms, maxMs, count } = histogram.read();
    expect(p50Ms).toBeGreaterThan(750_000);
    expect(p50Ms).toBeLessThan(800_000);
    expect(maxMs).toBe(9_000_000);
    expect(count).toBe(2);
  });

  it('orders the figures whatever was counted', () => {
    const late = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(late, (values) => {
        const histogram = new LatenessHistogram();
        for (const value of values) histogram.record(value);

        const { p50Ms, p99Ms, maxMs, count } = histogram.read();
        expect(p50Ms).toBeLessThanOrEqual(p99Ms);
        expect(p99Ms).toBeLessThanOrEqual(maxMs);
        expect(maxMs).toBe(Math.max(...values));
        expect(count).toBe(values.length);
      }),
    );
  });
});
