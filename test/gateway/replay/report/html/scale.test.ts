import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  linearScale,
  logScale,
  tailScale,
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

  it.each([
    [{ from: 0, to: 297 }, 10, [0, 50, 100, 150, 200, 250, 300]],
    [{ from: 0, to: 1000 }, 4, [0, 250, 500, 750, 1000]],
    [{ from: 0, to: 0.045 }, 4, [0, 0.02, 0.04, 0.06]],
    [{ from: 0, to: 1 }, 4, [0, 0.25, 0.5, 0.75, 1]],
  ])('of %j, about %i, has the ticks %j, its ends among them', (span, count, ticks) => {
    const { ticks: all } = linearScale(span, pixels, count);
    expect(all).toHaveLength(ticks.length);
    for (const [index, tick] of ticks.entries()) expect(all[index]).toBeCloseTo(tick, 10);
  });

  it('ends at a tick that no value passes, and has never many more than asked', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (to) => {
        const { ticks, at } = linearScale({ from: 0, to }, pixels, 5);
        const last = ticks.at(-1) ?? 0;
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(last).toBeGreaterThanOrEqual(to * (1 - 1e-6));
        expect(at(0)).toBe(40);
        expect(at(last)).toBeCloseTo(440);
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
    [{ from: 1, to: 20_000 }, [1, 10, 100, 1000, 10_000, 20_000]],
    [{ from: 10, to: 11_000 }, [10, 100, 1000, 10_000, 20_000]],
    [{ from: 10, to: 500 }, [10, 20, 50, 100, 200, 500]],
    [{ from: 10, to: 501 }, [10, 20, 50, 100, 200, 500, 1000]],
    [{ from: 1, to: 10 }, [1, 2, 5, 10]],
  ])('has for %j the ticks %j, and ends at the last of them', (span, ticks) => {
    const { ticks: all, at } = logScale(span, pixels);
    expect(all).toEqual(ticks);
    expect(at(ticks.at(-1) ?? 0)).toBe(440);
  });
});

describe('a scale of tails', () => {
  const scale = tailScale(3, pixels);

  it('spaces equal ratios of what is left equally', () => {
    expect(scale.at(0)).toBe(40);
    expect(scale.at(0.9)).toBeCloseTo(40 + 400 / 3);
    expect(scale.at(0.99)).toBeCloseTo(40 + 800 / 3);
    expect(scale.at(0.999)).toBeCloseTo(440);
  });

  it('holds all, of which nothing is left, at its end', () => {
    expect(scale.at(1)).toBe(440);
    expect(scale.at(0.99999)).toBe(440);
  });

  it.each([
    [2, [0, 0.5, 0.9, 0.99]],
    [2.9, [0, 0.5, 0.9, 0.99]],
    [3, [0, 0.5, 0.9, 0.99, 0.999]],
    [4, [0, 0.5, 0.9, 0.99, 0.999, 0.9999]],
  ])('of %d nines has the ticks %j', (nines, ticks) => {
    expect(tailScale(nines, pixels).ticks).toEqual(ticks);
  });
});
