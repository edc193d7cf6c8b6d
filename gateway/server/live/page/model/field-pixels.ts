import type { FieldRow } from './field-layout.ts';
import type { BoardRequest } from './request-board.ts';
import { HISTORY_CELLS } from './request-board.ts';
import { cells } from './rhythm.ts';

/** Colours of a field, each as the four bytes of a pixel in the machine's order. */
export interface FieldColours {
  /** One for each byte of `rhythm.ts`; index 0 is transparent. */
  readonly cells: Uint32Array;
  /** Between the strokes of single tokens. */
  readonly track: number;
}

/** Pixels of one cell where lanes are high enough to show single tokens. */
const FINE_PIXELS = 8;

/** Rows up to which cells are drawn finely: what is lower than five pixels shows no strokes. */
const FINE_ROWS_MAX = 700;

/** Pixels a cell takes in a field of so many rows. */
export function pixelsPerCell(rows: number): number {
  return rows <= FINE_ROWS_MAX ? FINE_PIXELS : 1;
}

/** How rows are painted. */
export interface PaintTerms {
  /** The latest cell of each ring. */
  readonly head: number;
  readonly perCell: number;
  readonly colours: FieldColours;
}

/**
 * Draws every row's last sixteen seconds, a pixel high and the latest at the right end, into `pixels`, which has
 * `HISTORY_CELLS` cells of `perCell` pixels a row.
 */
export function paintRows(pixels: Uint32Array, rows: readonly FieldRow[], terms: PaintTerms): void {
  const width = HISTORY_CELLS * terms.perCell;
  pixels.fill(0);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    if (row?.kind !== 'request') continue;
    if (terms.perCell === 1) paintSingly(pixels, index * width, row.request, terms);
    else paintFinely(pixels, index * width, row.request, terms);
  }
}

/** One pixel a cell: thousands of rows, a quarter of a million pixels an event. */
function paintSingly(
  pixels: Uint32Array,
  start: number,
  request: BoardRequest,
  { head, colours }: PaintTerms,
): void {
  for (let cell = 0; cell < HISTORY_CELLS; cell += 1) {
    const kind = request.cells[(head + 1 + cell) % HISTORY_CELLS] ?? 0;
    pixels[start + cell] = colours.cells[kind] ?? 0;
  }
}

/** A stroke for each token where they fit, and one colour where they do not. */
function paintFinely(
  pixels: Uint32Array,
  start: number,
  request: BoardRequest,
  { head, perCell, colours }: PaintTerms,
): void {
  for (let cell = 0; cell < HISTORY_CELLS; cell += 1) {
    const place = (head + 1 + cell) % HISTORY_CELLS;
    const kind = request.cells[place] ?? 0;
    const count = request.counts[place] ?? 0;
    const colour = colours.cells[kind] ?? 0;
    const at = start + cell * perCell;
    const isFull = kind < cells.tokens || count >= perCell;
    pixels.fill(isFull ? colour : colours.track, at, at + perCell);
    for (let stroke = 0; stroke < count && !isFull; stroke += 1) {
      pixels[at + Math.floor(((stroke + 0.5) * perCell) / count)] = colour;
    }
  }
}
