import { gapBars } from './model/gap-figures.ts';
import { gapStep } from './model/rhythm.ts';
import type { Palette } from './palette.ts';

/** Pixels from bar to bar. */
const BAR_STEP = 3;

const LABEL_WIDTH = 58;

/** Lines across the plot, in milliseconds; its scale is logarithmic and begins at the first. */
const LINES_MS: readonly number[] = [1, 10, 100, 1_000, 10_000, 100_000];

/** Draws the gaps between a request's outputs, the latest at the right end, as bars on a logarithmic scale. */
export function drawGaps(
  canvas: HTMLCanvasElement,
  gapsMs: readonly number[],
  palette: Palette,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  const bars = gapBars(gapsMs, Math.floor((width - LABEL_WIDTH) / BAR_STEP));
  const top = LINES_MS.find((line) => line >= Math.max(...bars, 10)) ?? 100_000;
  const yOf = (gapMs: number): number =>
    height - 6 - (Math.log10(Math.max(gapMs, 1)) / Math.log10(top)) * (height - 18);
  drawLines(context, { width, top, palette, yOf });
  for (const [index, gapMs] of bars.entries()) {
    context.fillStyle = palette.gaps[gapStep(gapMs)] ?? palette.ink;
    const y = Math.min(yOf(gapMs), yOf(1) - 1);
    context.fillRect(LABEL_WIDTH + index * BAR_STEP, y, BAR_STEP - 1, yOf(1) - y);
  }
}

interface LineTerms {
  readonly width: number;
  readonly top: number;
  readonly palette: Palette;
  readonly yOf: (gapMs: number) => number;
}

function drawLines(
  context: CanvasRenderingContext2D,
  { width, top, palette, yOf }: LineTerms,
): void {
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillStyle = palette.soft;
  for (const line of LINES_MS.filter((each) => each <= top)) {
    const y = Math.round(yOf(line)) + 0.5;
    context.fillText(line < 1_000 ? `${line} ms` : `${line / 1_000} s`, LABEL_WIDTH - 8, y);
    context.strokeStyle = palette.rule;
    context.beginPath();
    context.moveTo(LABEL_WIDTH, y);
    context.lineTo(width, y);
    context.stroke();
  }
}
