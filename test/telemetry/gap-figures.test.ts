import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapBoundsSeconds, gapFigures, STALL_RATIO } from '../../telemetry/gap-figures.ts';

const GOOD_GAP_MS = 100;

function figuresOf(...gapsMs: number[]) {
  return gapFigures(Float32Array.from(gapsMs), GOOD_GAP_MS);
}

describe('the figures of gaps', () => {
  it('are gaps that there were, at the nearest rank', () => {
    const figures = figuresOf(...Array.from({ length: 20 }, (_, index) => 20 - index));

    expect(figures.p50Ms).toBe(10);
    expect(figures.p95Ms).toBe(19);
  });

  it('of a single gap are that gap', () => {
    expect(figuresOf(7)).toMatchObject({ p50Ms: 7, p95Ms: 7, stalls: 0 });
  });

  it('count a gap at a bound within it, and every gap once', () => {
    expect(figuresOf(5, 5.5, 640, 641).counts).toEqual([1, 1, 0, 0, 0, 0, 0, 1, 1]);
    const gaps = fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(gaps, (gapsMs) => {
        const { counts } = figuresOf(...gapsMs);
        expect(counts).toHaveLength(gapBoundsSeconds.length + 1);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(gapsMs.length);
      }),
    );
  });

  it('leave the gaps in their order', () => {
    const gapsMs = Float32Array.of(3, 1, 2);
    gapFigures(gapsMs, GOOD_GAP_MS);

    expect([...gapsMs]).toEqual([3, 1, 2]);
  });
});

describe('a stall', () => {
  it('is a gap above a good one that stands out of the rhythm of its stream', () => {
    expect(figuresOf(20, 20, 20, 100).stalls).toBe(0);
    expect(figuresOf(20, 20, 20, 101).stalls).toBe(1);
  });

  it('is no gap of a stream that is slow throughout', () => {
    expect(figuresOf(300, 300, 300, 300 * STALL_RATIO).stalls).toBe(0);
    expect(figuresOf(300, 300, 300, 300 * STALL_RATIO + 1).stalls).toBe(1);
  });
});
