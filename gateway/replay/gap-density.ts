import type { RequestResult } from './request-result.ts';

/** How many gaps between tokens fell where. */
export interface GapDensity {
  readonly columns: number;
  readonly rows: number;
  /** Row by row from the top, each from the left. */
  readonly counts: Uint32Array;
  /** Of the fullest cell. */
  readonly most: number;
}

/** Which cell a gap belongs to: whole numbers, and out of the grid for what is not to be counted. */
export interface GapGrid {
  readonly columns: number;
  readonly rows: number;
  columnAt(endMs: number): number;
  rowOf(gapMs: number): number;
}

/** Counts each gap of what succeeded at the moment at which it ended, in milliseconds from the start of the run. */
export function gapDensity(results: readonly RequestResult[], grid: GapGrid): GapDensity {
  const { columns, rows } = grid;
  const counts = new Uint32Array(columns * rows);
  let most = 0;
  for (const { succeeded, startMs, timeToFirstTokenMs, interTokenMs } of results) {
    if (!succeeded) continue;
    let atMs = startMs + timeToFirstTokenMs;
    for (const gapMs of interTokenMs) {
      atMs += gapMs;
      const column = grid.columnAt(atMs);
      const row = grid.rowOf(gapMs);
      if (column < 0 || column >= columns || row < 0 || row >= rows) continue;
      const cell = row * columns + column;
      const count = (counts[cell] ?? 0) + 1;
      counts[cell] = count;
      if (count > most) most = count;
    }
  }
  return { columns, rows, counts, most };
}
