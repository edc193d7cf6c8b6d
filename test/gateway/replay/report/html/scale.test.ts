import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  linearScale,
  linearTicks,
  logScale,
  logTicks,
} from '../../../../../gateway/replay/report/html/scale.ts';

const pixels = { from: 40, to: 440 };

describe('a linear scale', () => {
  const scale = linearScale({ from: 0, to: 200 }, pixels, 4);

  it('lays its ends on the ends of the page', () => {
    expect([scale.at(0), scale.at(100), scale.at(200)]).toEqual([40, 240, 440]);
  });

  it('holds what lies outside at its ends', () => {
    expect([scale.at(-5), scale.at(900)]).toEqual([40, 440]);
  });

  it('runs downwards where the page does', () => {
    expect(linearScale({ from: 0, to: 10 }, { from: 200, to: 0 }, 5).at(10)).toBe(0);
  });

  it('of no width puts everything at its start', () => {
    expect(linearScale({ from: 0, to: 0 }, pixels, 4).at(0)).toBe(40);
  });
});

describe('linear ticks', () => {
  it.each([
    [{ from: 0, to: 297 }, 10, [0, 50, 100, 150, 200, 250]],
    [{ from: 0, to: 1000 }, 4, [0, 500, 1000]],
    [{ from: 0, to: 0.045 }, 4, [0, 0.02, 0.04]],
    [{ from: 0, to: 1 }, 4, [0, 0.5, 1]],
  ])('of %j, about %i, are %j', (span, count, ticks) => {
    expect(linearTicks(span, count)).toEqual(ticks);
  });

  it('are round, within the span, and never many more than asked', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (to) => {
        const ticks = linearTicks({ from: 0, to }, 5);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.at(-1)).toBeLessThanOrEqual(to * (1 + 1e-6));
      }),
    );
  });
});

describe('a logarithmic scale', () => {
  const scale = logScale({ from: 1, to: 10_000 }, pixels);

  it('spaces equal ratios equally', () => {
    expect(scale.at(1)).toBe(40);
    expect(scale.at(10)).toBeCloseTo(140);
    expect(scale.at(100)).toBeCloseTo(240);
    expect(scale.at(10_000)).toBe(440);
  });

  it('holds 0, which has no logarithm, at its start', () => {
    expect(scale.at(0)).toBe(40);
  });

  it.each([
    [{ from: 1, to: 20_000 }, [1, 10, 100, 1000, 10_000]],
    [{ from: 10, to: 500 }, [10, 20, 50, 100, 200, 500]],
    [{ from: 1, to: 10 }, [1, 2, 5, 10]],
  ])('has for %j the ticks %j', (span, ticks) => {
    expect(logTicks(span)).toEqual(ticks);
  });
});
