import { setText } from './elements.ts';
import { drawLabels } from './field-labels.ts';
import { FieldBands } from './model/field-bands.ts';
import type { FieldLayout, FieldSize } from './model/field-layout.ts';
import { layOutField, nextRequestRow, rowAt } from './model/field-layout.ts';
import { countText, durationText } from './model/quantities.ts';
import type { BoardRequest, RequestBoard } from './model/request-board.ts';
import type { Palette } from './palette.ts';
import { RhythmCanvas } from './rhythm-canvas.ts';

/** What a field is made of. */
export interface FieldParts {
  readonly box: HTMLElement;
  readonly rhythm: HTMLCanvasElement;
  readonly labels: HTMLCanvasElement;
  readonly note: HTMLElement;
  /** Told which request is chosen, for those who hear the page. */
  readonly spoken: HTMLElement;
  readonly open: (requestId: string) => void;
}

/** The requests in flight as a field of lanes: drawn every frame, laid out at every event, and chosen from by hand or key. */
export class FieldView {
  readonly #parts: FieldParts;
  readonly #rhythm: RhythmCanvas;
  readonly #labels: CanvasRenderingContext2D;
  readonly #bands: FieldBands = new FieldBands();
  #size: FieldSize = { width: 0, height: 0 };
  #layout: FieldLayout | undefined;
  #palette: Palette;
  /** Number of the chosen request. */
  #chosen: number | undefined;

  constructor(parts: FieldParts, palette: Palette) {
    this.#parts = parts;
    this.#palette = palette;
    this.#rhythm = new RhythmCanvas(parts.rhythm);
    const labels = parts.labels.getContext('2d');
    if (labels === null) throw new Error('this browser draws no canvas');
    this.#labels = labels;
    new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.#resized(entry.contentRect);
    }).observe(parts.box);
    parts.labels.addEventListener('click', (event) => this.#clicked(event));
    parts.labels.addEventListener('pointermove', (event) => this.#pointed(event));
    parts.labels.addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** Draws with other colours from the next event on. */
  set palette(palette: Palette) {
    this.#palette = palette;
  }

  /** Lays the field out anew. */
  show(board: RequestBoard, replicas: readonly string[], nowMs: number): void {
    const layout = layOutField(this.#bands.seat(board.values(), replicas), this.#size);
    this.#layout = layout;
    this.#rhythm.paint(layout, board.head, this.#palette, nowMs);
    this.#drawLabels(layout);
    const unseen = layout.hidden + board.untold;
    setText(this.#parts.note, unseen === 0 ? '' : `${countText(unseen)} more have no room here.`);
  }

  /** Draws one frame. */
  draw(nowMs: number, isStill: boolean): void {
    this.#rhythm.draw(nowMs, isStill);
  }

  /** Takes the size of the box over; to ask for it in between would have everything laid out at once. */
  #resized({ width, height }: FieldSize): void {
    this.#size = { width, height };
    for (const canvas of [this.#parts.rhythm, this.#parts.labels]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    if (this.#layout !== undefined) this.#drawLabels(this.#layout);
  }

  #drawLabels(layout: FieldLayout): void {
    const row = this.#chosenRow(layout);
    drawLabels(this.#labels, layout, { palette: this.#palette, chosenRow: row });
  }

  #chosenRow({ rows }: FieldLayout): number | undefined {
    if (this.#chosen === undefined) return undefined;
    const row = rows.findIndex(
      (each) => each.kind === 'request' && each.request.number === this.#chosen,
    );
    return row === -1 ? undefined : row;
  }

  #requestAt(event: MouseEvent): BoardRequest | undefined {
    if (this.#layout === undefined) return undefined;
    return requestIn(this.#layout, rowAt(this.#layout, event.offsetX, event.offsetY));
  }

  #clicked(event: MouseEvent): void {
    const request = this.#requestAt(event);
    if (request === undefined) return;
    this.#choose(request);
    this.#parts.open(request.requestId);
  }

  #pointed(event: MouseEvent): void {
    const request = this.#requestAt(event);
    const { labels } = this.#parts;
    labels.style.cursor = request === undefined ? 'default' : 'pointer';
    labels.title = request === undefined ? '' : requestText(request);
  }

  #pressed(event: KeyboardEvent): void {
    const layout = this.#layout;
    if (layout === undefined) return;
    const row = this.#chosenRow(layout);
    if (event.key === 'Enter' || event.key === ' ') {
      const chosen = requestIn(layout, row);
      if (chosen !== undefined) this.#parts.open(chosen.requestId);
    } else {
      const step = stepOf(event.key, layout);
      if (step === undefined) return;
      const next =
        row === undefined ? nextRequestRow(layout, -1, 1) : nextRequestRow(layout, row, step);
      const request = requestIn(layout, next);
      if (request !== undefined) this.#choose(request);
    }
    event.preventDefault();
  }

  #choose(request: BoardRequest): void {
    this.#chosen = request.number;
    if (this.#layout !== undefined) this.#drawLabels(this.#layout);
    setText(this.#parts.spoken, requestText(request));
  }
}

/** Rows that a key leads on by. */
function stepOf(key: string, { rowsPerPane }: FieldLayout): number | undefined {
  if (key === 'ArrowDown') return 1;
  if (key === 'ArrowUp') return -1;
  if (key === 'ArrowRight') return rowsPerPane;
  return key === 'ArrowLeft' ? -rowsPerPane : undefined;
}

function requestIn({ rows }: FieldLayout, index: number | undefined): BoardRequest | undefined {
  const row = index === undefined ? undefined : rows[index];
  return row?.kind === 'request' ? row.request : undefined;
}

function requestText({
  requestId,
  phase,
  replica,
  tenant,
  tokens,
  gapMaxMs,
}: BoardRequest): string {
  const where = replica === undefined ? phase : `${phase} at ${replica}`;
  const gap = gapMaxMs === 0 ? '' : `, longest gap ${durationText(gapMaxMs)}`;
  const whose = tenant === '' ? '' : `, ${tenant}`;
  return `${requestId}: ${where}, ${countText(Math.max(tokens, 0))} tokens${gap}${whose}`;
}
