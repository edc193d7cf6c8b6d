import type { Band } from './field-bands.ts';
import type { BoardRequest } from './request-board.ts';

/** A field in CSS pixels. */
export interface FieldSize {
  readonly width: number;
  readonly height: number;
}

/** One row of the field: a request, a line of a band's title, or nothing. */
export type FieldRow =
  | { readonly kind: 'request'; readonly request: BoardRequest }
  | { readonly kind: 'title'; readonly band: Band }
  | { readonly kind: 'free' };

/** Where everything of a field stands: rows from top to bottom, in panes from left to right. */
export interface FieldLayout {
  readonly rows: readonly FieldRow[];
  readonly laneHeight: number;
  readonly rowsPerPane: number;
  readonly panes: number;
  /** Left edge to left edge. */
  readonly paneWidth: number;
  /** Requests that have no row. */
  readonly hidden: number;
}

/** Heights that a lane may have, the one that is pleasant first. */
const LANE_HEIGHTS: readonly number[] = [18, 14, 10, 7, 5, 4, 3, 2, 1];

/** Lanes of this height have their request's name beside them. */
export const NAMED_LANE_HEIGHT = 14;

/** Height of a band's title. */
const TITLE_HEIGHT = 16;

/** Between two panes. */
export const PANE_GAP = 12;

const FREE: FieldRow = { kind: 'free' };

/** The layout with the highest lanes that leaves nobody out; where there is none, the one that leaves out fewest. */
export function layOutField(bands: readonly Band[], size: FieldSize): FieldLayout {
  const grids = LANE_HEIGHTS.map((laneHeight) => gridOf(laneHeight, size));
  const grid = grids.find((each) => fits(bands, each)) ?? grids.at(-1) ?? gridOf(1, size);
  const { laneHeight, rowsPerPane, panesMax } = grid;
  const all = rowsOf(bands, grid);
  const panes = Math.min(Math.max(Math.ceil(all.length / rowsPerPane), 1), panesMax);
  const rows = all.length > panes * rowsPerPane ? all.slice(0, panes * rowsPerPane) : all;
  return {
    rows,
    laneHeight,
    rowsPerPane,
    panes,
    paneWidth: (size.width + PANE_GAP) / panes,
    hidden: rows === all ? 0 : requestsIn(all) - requestsIn(rows),
  };
}

/** What there is room for with lanes of one height. */
interface Grid {
  readonly laneHeight: number;
  readonly rowsPerPane: number;
  readonly panesMax: number;
  /** Rows that a band's title takes. */
  readonly titleRows: number;
}

function gridOf(laneHeight: number, { width, height }: FieldSize): Grid {
  const paneWidthMin = laneHeight >= NAMED_LANE_HEIGHT ? 270 : 130;
  return {
    laneHeight,
    rowsPerPane: Math.max(Math.floor(height / laneHeight), 1),
    panesMax: Math.max(Math.floor((width + PANE_GAP) / (paneWidthMin + PANE_GAP)), 1),
    titleRows: Math.ceil(TITLE_HEIGHT / laneHeight),
  };
}

function fits(bands: readonly Band[], grid: Grid): boolean {
  let rows = 0;
  for (const { places } of bands) {
    rows += rowsBeforeTitle(rows, grid) + grid.titleRows + places.length;
  }
  return rows <= grid.rowsPerPane * grid.panesMax;
}

/** Rows that stay free so that a title does not stand at the foot of a pane, over nothing. */
function rowsBeforeTitle(row: number, { rowsPerPane, titleRows }: Grid): number {
  const left = rowsPerPane - (row % rowsPerPane);
  return left <= titleRows ? left : 0;
}

function rowsOf(bands: readonly Band[], grid: Grid): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const band of bands) {
    for (let free = rowsBeforeTitle(rows.length, grid); free > 0; free -= 1) rows.push(FREE);
    rows.push({ kind: 'title', band });
    for (let row = 1; row < grid.titleRows; row += 1) rows.push(FREE);
    for (const request of band.places) {
      rows.push(request === undefined ? FREE : { kind: 'request', request });
    }
  }
  return rows;
}

function requestsIn(rows: readonly FieldRow[]): number {
  return rows.reduce((count, { kind }) => count + (kind === 'request' ? 1 : 0), 0);
}

/** The upper left corner of a row. */
export function cornerOf(
  layout: FieldLayout,
  row: number,
): { readonly x: number; readonly y: number } {
  const { rowsPerPane, paneWidth, laneHeight } = layout;
  const pane = Math.floor(row / rowsPerPane);
  return { x: pane * paneWidth, y: (row - pane * rowsPerPane) * laneHeight };
}

/** The row at a point, or -1 where there is none. */
export function rowAt(layout: FieldLayout, x: number, y: number): number {
  const pane = Math.floor(x / layout.paneWidth);
  const inPane = Math.floor(y / layout.laneHeight);
  if (x < 0 || y < 0 || pane >= layout.panes || inPane >= layout.rowsPerPane) return -1;
  const row = pane * layout.rowsPerPane + inPane;
  return row < layout.rows.length ? row : -1;
}

/** The request nearest to a row in the direction of `step`, or `undefined` where that leads out of the field. */
export function nextRequestRow(layout: FieldLayout, row: number, step: number): number | undefined {
  const direction = Math.sign(step);
  for (let at = row + step; at >= 0 && at < layout.rows.length; at += direction) {
    if (layout.rows[at]?.kind === 'request') return at;
  }
  return undefined;
}
