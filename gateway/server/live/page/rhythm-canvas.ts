import type { FieldLayout } from './model/field-layout.ts';
import { cornerOf, NAMED_LANE_HEIGHT, PANE_GAP } from './model/field-layout.ts';
import { paintRows, pixelsPerCell } from './model/field-pixels.ts';
import { HISTORY_CELLS } from './model/request-board.ts';
import type { Palette } from './palette.ts';

/** Room of a request's name beside its lane. */
const NAME_WIDTH = 104;

/** One cell's time: what a frame moves the field on by is the part of it that has passed. */
const CELL_MS = 250;

/**
 * The lanes themselves. Pixels are made once an event, a row a pixel high; a frame only stretches that image to
 * where the panes are, moved on by the time since: the same few copies for 5 requests and for 5,000.
 */
export class RhythmCanvas {
  readonly #context: CanvasRenderingContext2D;
  readonly #image: OffscreenCanvas = new OffscreenCanvas(1, 1);
  #pixels: ImageData | undefined;
  #layout: FieldLayout | undefined;
  #paintedAtMs = 0;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this browser draws no canvas');
    this.#context = context;
  }

  /** Takes in what an event has changed. */
  paint(layout: FieldLayout, head: number, palette: Palette, nowMs: number): void {
    this.#layout = layout;
    this.#paintedAtMs = nowMs;
    const perCell = pixelsPerCell(layout.rows.length);
    const width = HISTORY_CELLS * perCell;
    const height = Math.max(layout.rows.length, 1);
    const context = this.#image.getContext('2d');
    if (context === null) return;
    if (this.#pixels?.width !== width || this.#pixels.height !== height) {
      this.#image.width = width;
      this.#image.height = height;
      this.#pixels = new ImageData(width, height);
    }
    const pixels = new Uint32Array(this.#pixels.data.buffer);
    paintRows(pixels, layout.rows, { head, perCell, colours: palette.field });
    context.putImageData(this.#pixels, 0, 0);
  }

  /** Draws one frame; `isStill` leaves out the motion between events. */
  draw(nowMs: number, isStill: boolean): void {
    const layout = this.#layout;
    if (layout === undefined) return;
    const { canvas } = this.#context;
    const scale = devicePixelRatio;
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.clearRect(0, 0, canvas.width, canvas.height);
    this.#context.imageSmoothingEnabled = false;
    const passed = isStill ? 0 : Math.min((nowMs - this.#paintedAtMs) / CELL_MS, 1);
    for (let pane = 0; pane < layout.panes; pane += 1) this.#drawPane(layout, pane, passed);
  }

  #drawPane(layout: FieldLayout, pane: number, passed: number): void {
    const { rowsPerPane, laneHeight, paneWidth, rows } = layout;
    const first = pane * rowsPerPane;
    const count = Math.min(rowsPerPane, rows.length - first);
    const { x, width } = laneSpan(layout);
    const left = pane * paneWidth + x;
    const cellWidth = width / (HISTORY_CELLS - 1);
    this.#context.save();
    this.#context.beginPath();
    this.#context.rect(left, 0, width, count * laneHeight);
    this.#context.clip();
    this.#context.drawImage(
      this.#image,
      0,
      first,
      this.#image.width,
      count,
      left - passed * cellWidth,
      0,
      cellWidth * HISTORY_CELLS,
      count * laneHeight,
    );
    this.#context.restore();
    this.#drawGaps(layout, { left, width, count });
  }

  /** A hair between lanes that are high enough to stand apart. */
  #drawGaps({ laneHeight }: FieldLayout, { left, width, count }: PaneSpan): void {
    if (laneHeight < 5) return;
    for (let row = 1; row <= count; row += 1) {
      this.#context.clearRect(
        left,
        row * laneHeight - (laneHeight < 10 ? 1 : 3),
        width,
        laneHeight < 10 ? 1 : 3,
      );
    }
  }
}

interface PaneSpan {
  readonly left: number;
  readonly width: number;
  readonly count: number;
}

/** Where a lane begins within its pane, and how long it is. */
function laneSpan({ laneHeight, paneWidth }: FieldLayout): {
  readonly x: number;
  readonly width: number;
} {
  const x = laneHeight >= NAMED_LANE_HEIGHT ? NAME_WIDTH : 0;
  return { x, width: paneWidth - PANE_GAP - x };
}

/** The rectangle of a row's lane, name included. */
export function laneBox(
  layout: FieldLayout,
  row: number,
): readonly [number, number, number, number] {
  const { x, y } = cornerOf(layout, row);
  return [x, y, layout.paneWidth - PANE_GAP, layout.laneHeight];
}
