import type { FieldLayout, FieldRow } from './model/field-layout.ts';
import { cornerOf, NAMED_LANE_HEIGHT } from './model/field-layout.ts';
import { WAITING_BAND } from './model/field-bands.ts';
import { shortCountText } from './model/quantities.ts';
import type { Palette } from './palette.ts';
import { laneBox } from './rhythm-canvas.ts';

const FONT = '11px system-ui, sans-serif';
const TITLE_FONT = '600 11px system-ui, sans-serif';

/** Characters of a request's id beside its lane. */
const ID_CHARACTERS = 8;

/** Draws what can be read over a field: titles of bands, names of requests, and the mark of the chosen row. */
export function drawLabels(
  context: CanvasRenderingContext2D,
  layout: FieldLayout,
  { palette, chosenRow }: { readonly palette: Palette; readonly chosenRow: number | undefined },
): void {
  const scale = devicePixelRatio;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.textBaseline = 'middle';
  for (const [index, row] of layout.rows.entries())
    drawRow(context, layout, { index, row, palette });
  if (chosenRow === undefined) return;
  context.strokeStyle = palette.mark;
  context.lineWidth = 2;
  const [x, y, width, height] = laneBox(layout, chosenRow);
  context.strokeRect(x + 1, y - 1, width - 2, Math.max(height, 3));
}

function drawRow(
  context: CanvasRenderingContext2D,
  layout: FieldLayout,
  { index, row, palette }: { index: number; row: FieldRow; palette: Palette },
): void {
  if (row.kind === 'free') return;
  const { x, y } = cornerOf(layout, index);
  if (row.kind === 'title') {
    const { name, places } = row.band;
    const count = places.reduce((sum, place) => sum + (place === undefined ? 0 : 1), 0);
    context.font = TITLE_FONT;
    context.fillStyle = name === WAITING_BAND ? palette.soft : palette.ink;
    context.fillText(`${name}  ${count}`, x, y + 8, layout.paneWidth - 14);
    return;
  }
  if (layout.laneHeight < NAMED_LANE_HEIGHT) return;
  const { requestId, tokens } = row.request;
  const middle = y + layout.laneHeight / 2 - 1;
  context.font = FONT;
  context.fillStyle = palette.soft;
  context.fillText(requestId.slice(0, ID_CHARACTERS), x, middle, 58);
  context.textAlign = 'right';
  context.fillText(shortCountText(Math.max(tokens, 0)), x + 96, middle, 36);
  context.textAlign = 'left';
}
