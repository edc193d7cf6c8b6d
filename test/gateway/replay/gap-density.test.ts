import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapDensity } from '../../../gateway/replay/gap-density.ts';
import type { GapGrid } from '../../../gateway/replay/gap-density.ts';
import { aFailure, aResult } from './builders.ts';

/** Columns of 100 ms, rows of 10 ms from the top. */
const grid: GapGrid = {
  columns: 10,
  rows: 5,
  columnAt: (endMs) => Math.floor(endMs / 100),
  rowOf: (gapMs) => Math.floor(gapMs / 10),
};

describe('the density of gaps', () => {
  it('counts each gap where it ended', () => {
    // First token at 100 ms, the others at 120, 140 and 180 ms.
    const result = aResult({ interTokenMs: Float64Array.of(20, 20, 40) });
    const { counts, most } = gapDensity([result], grid);

    expect(counts[2 * 10 + 1]).toBe(2);
    expect(counts[4 * 10 + 1]).toBe(1);
    expect(most).toBe(2);
  });

  it('knows nothing of failures', () => {
    expect(gapDensity([aFailure({ interTokenMs: Float64Array.of(20) })], grid).most).toBe(0);
  });

  it('leaves out what lies beyond its grid: one cell inside counts, one outside does not', () => {
    const endingAt = (endMs: number) =>
      aResult({ startMs: endMs - 120, interTokenMs: Float64Array.of(20) });

    expect(gapDensity([endingAt(999)], grid).most).toBe(1);
    expect(gapDensity([endingAt(1000)], grid).most).toBe(0);
    expect(gapDensity([aResult({ interTokenMs: Float64Array.of(49) })], grid).most).toBe(1);
    expect(gapDensity([aResult({ interTokenMs: Float64Array.of(50) })], grid).most).toBe(0);
  });

  it('counts every gap once where all lie within', () => {
    const gaps = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { maxLength: 80 });
    fc.assert(
      fc.property(gaps, (list) => {
        const { counts } = gapDensity([aResult({ interTokenMs: Float64Array.from(list) })], grid);

        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(list.length);
      }),
    );
  });
});
