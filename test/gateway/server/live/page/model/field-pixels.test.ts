import { describe, expect, it } from 'vitest';
import type { FieldRow } from '../../../../../../gateway/server/live/page/model/field-layout.ts';
import {
  paintRows,
  pixelsPerCell,
} from '../../../../../../gateway/server/live/page/model/field-pixels.ts';
import { HISTORY_CELLS } from '../../../../../../gateway/server/live/page/model/request-board.ts';
import { CELL_KINDS, cells } from '../../../../../../gateway/server/live/page/model/rhythm.ts';
import { aBoard } from '../../../../../support/live-events.ts';

const TRACK = 99;

/** Each cell's colour is its own byte plus a hundred, so that 0 stays transparent. */
const colours = {
  cells: Uint32Array.from({ length: CELL_KINDS }, (_, kind) => (kind === 0 ? 0 : 100 + kind)),
  track: TRACK,
};

function painted(perCell: number, fill: (cells: Uint8Array, counts: Uint8Array) => void) {
  const [request] = aBoard([0]);
  if (request === undefined) throw new Error('no request');
  request.cells.fill(0);
  request.counts.fill(0);
  fill(request.cells, request.counts);
  const rows: FieldRow[] = [{ kind: 'free' }, { kind: 'request', request }];
  const width = HISTORY_CELLS * perCell;
  const pixels = new Uint32Array(2 * width).fill(7);
  paintRows(pixels, rows, { head: 3, perCell, colours });
  return { free: pixels.slice(0, width), row: pixels.slice(width) };
}

describe('the pixels of the field', () => {
  it('are the oldest cell at the left and the latest at the right, a pixel each where lanes are low', () => {
    const { row } = painted(1, (kinds) => {
      kinds[3] = cells.stalled;
      kinds[4] = cells.waiting;
    });

    expect([row[0], row[HISTORY_CELLS - 1]]).toEqual([100 + cells.waiting, 100 + cells.stalled]);
    expect(row.filter((pixel) => pixel !== 0)).toHaveLength(2);
  });

  it('are nothing where there is no request, whatever was there before', () => {
    expect(painted(1, () => undefined).free.every((pixel) => pixel === 0)).toBe(true);
  });

  it('are a stroke for each token where lanes are high', () => {
    const strokes = (count: number) =>
      Array.from(
        painted(8, (kinds, counts) => {
          kinds[3] = cells.tokens;
          counts[3] = count;
        }).row.slice(-8),
        (pixel) => (pixel === TRACK ? '.' : '|'),
      ).join('');

    expect(strokes(1)).toBe('....|...');
    expect(strokes(2)).toBe('..|...|.');
    expect(strokes(4)).toBe('.|.|.|.|');
    expect(strokes(8)).toBe('||||||||');
    expect(strokes(200)).toBe('||||||||');
  });

  it.each([
    [700, 8],
    [701, 1],
  ])('of %i rows are %i a cell', (rows, pixels) => {
    expect(pixelsPerCell(rows)).toBe(pixels);
  });
});
