import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../deploy/simulator/histogram.ts';

describe('a histogram', () => {
  it('counts a value in the first bucket whose edge it does not pass', () => {
    const histogram = new Histogram([1, 2]);
    for (const value of [0, 1, 1.01, 2, 2.01]) histogram.record(value);

    expect(histogram.cumulative()).toEqual([2, 4, 5]);
  });

  it('has one bucket when it has no edge', () => {
    const histogram = new Histogram([]);
    histogram.record(9);

    expect(histogram.cumulative()).toEqual([1]);
  });

  it('counts a value several times', () => {
    const histogram = new Histogram([1]);
    histogram.record(0.5, 4);

    expect(histogram.cumulative()).toEqual([4, 4]);
    expect(histogram.count).toBe(4);
    expect(histogram.sum).toBe(2);
  });

  it('keeps count and sum of what it was given, and its last bucket holds all', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 })), (values) => {
        const histogram = new Histogram([10, 50, 90]);
        for (const value of values) histogram.record(value);

        expect(histogram.count).toBe(values.length);
        expect(histogram.sum).toBe(values.reduce((sum, value) => sum + value, 0));
        expect(histogram.cumulative().at(-1)).toBe(values.length);
      }),
    );
  });

  it('takes in what another one counted', () => {
    const one = new Histogram([1, 2]);
    const other = new Histogram([1, 2]);
    one.record(0.5);
    other.record(1.5);
    other.record(3);
    one.add(other);

    expect(one.cumulative()).toEqual([1, 2, 3]);
    expect(one.count).toBe(3);
    expect(one.sum).toBe(5);
    expect(other.count).toBe(2);
  });
});
