import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Band } from '../../../../../../gateway/server/live/page/model/field-bands.ts';
import {
  cornerOf,
  layOutField,
  nextRequestRow,
  rowAt,
} from '../../../../../../gateway/server/live/page/model/field-layout.ts';
import { aBoard } from '../../../../../support/live-events.ts';

function bandsOf(...sizes: readonly number[]): Band[] {
  return sizes.map((size, index) => ({
    name: `r${index}`,
    places: aBoard(Array.from({ length: size }, () => 0)),
  }));
}

const wide = { width: 1_900, height: 560 };

describe('the layout of the field', () => {
  it('has high lanes and one pane for a few', () => {
    const layout = layOutField(bandsOf(3), wide);

    expect(layout).toMatchObject({ laneHeight: 18, panes: 1, hidden: 0 });
    expect(layout.rows.map(({ kind }) => kind)).toEqual(['title', 'request', 'request', 'request']);
  });

  it('has lower lanes and more panes for many, and leaves nobody out while a pixel is left', () => {
    const layout = layOutField(bandsOf(2_500, 2_500), wide);

    expect(layout.laneHeight).toBe(1);
    expect(layout.panes).toBeGreaterThan(8);
    expect(layout.hidden).toBe(0);
  });

  it('says how many have no room', () => {
    const layout = layOutField(bandsOf(5_000), { width: 296, height: 280 });

    // Two panes of 280 lanes, less the sixteen of a title.
    expect(layout).toMatchObject({ laneHeight: 1, panes: 2, hidden: 5_000 - (2 * 280 - 16) });
  });

  it('shows everyone or says who is hidden, with no title at the foot of a pane', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    const width = fc.integer({ min: 280, max: 2_600 });
    const height = fc.integer({ min: 200, max: 1_100 });
    fc.assert(
      fc.property(sizes, width, height, (counts, w, h) => {
        const layout = layOutField(bandsOf(...counts), { width: w, height: h });
        const shown = layout.rows.filter(({ kind }) => kind === 'request').length;
        expect(shown + layout.hidden).toBe(counts.reduce((sum, count) => sum + count));
        expect(layout.rows.length).toBeLessThanOrEqual(layout.panes * layout.rowsPerPane);
        for (const [row, { kind }] of layout.rows.entries()) {
          if (kind === 'title') expect((row + 1) % layout.rowsPerPane).not.toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds the row of every point within it', () => {
    const layout = layOutField(bandsOf(40, 50), wide);
    for (const row of layout.rows.keys()) {
      const { x, y } = cornerOf(layout, row);
      expect(rowAt(layout, x + 5, y + layout.laneHeight / 2)).toBe(row);
    }
    expect(rowAt(layout, -1, 10)).toBe(-1);
    expect(rowAt(layout, 10, 10_000)).toBe(-1);
    expect(rowAt(layout, 10_000, 10)).toBe(-1);
  });

  it('leads from request to request past titles, and not out of the field', () => {
    const layout = layOutField(bandsOf(2, 1), wide);

    expect(nextRequestRow(layout, -1, 1)).toBe(1);
    expect(nextRequestRow(layout, 2, 1)).toBe(4);
    expect(nextRequestRow(layout, 4, -1)).toBe(2);
    expect(nextRequestRow(layout, 4, 1)).toBeUndefined();
    expect(nextRequestRow(layout, 1, -1)).toBeUndefined();
  });
});
