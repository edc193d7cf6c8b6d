import { gapDensity } from '../../gap-density.ts';
import type { GapDensity } from '../../gap-density.ts';
import type { ReplayRun } from '../../replay-run.ts';
import { countText, durationText } from '../quantity-text.ts';
import { baseAxis, upwardAxis } from './axes.ts';
import type { Frame } from './axes.ts';
import { TIME_TITLE, timeFrame, timeSizes } from './line-chart.ts';
import type { PictureSize } from './line-chart.ts';
import type { Picture, Plot } from './plot.ts';
import { linearScale, logScale } from './scale.ts';

/** A cell of the map, in pixels: whole ones, so that neighbours meet without a seam. */
const CELL = { width: 7, height: 6 };
/** Shades of the map, as the style has them. */
const LEVELS = 6;
/** Where the axis of gaps starts at the lowest; chunks that came in one read have a gap of 0. */
const FROM_MS_MIN = 1;

/** Where the gaps between tokens lay at each moment of a run; `undefined` of a run without any. */
export function gapHeatmap(run: ReplayRun): Plot | undefined {
  const { max } = run.measures.interTokenMs;
  if (max === 0) return undefined;
  const wide = drawnMap(run, timeSizes.wide);
  return {
    name: 'token-gaps',
    title: 'Gaps between tokens',
    explanation: `all requests; the stronger the colour, the more gaps, up to ${countText(wide.most)} in one cell, each shade some ${shadeText(wide.most)} times the one before`,
    keys: [],
    wide: wide.picture,
    narrow: drawnMap(run, timeSizes.narrow).picture,
  };
}

function shadeText(most: number): string {
  return (most ** (1 / LEVELS)).toFixed(1);
}

function drawnMap(
  run: ReplayRun,
  size: PictureSize,
): { readonly picture: Picture; readonly most: number } {
  const frame = wholeCells(timeFrame(size));
  const time = linearScale(
    { from: 0, to: run.measures.durationSeconds * 1000 },
    { from: frame.left, to: frame.right },
    size.timeTicks,
  );
  const gaps = logScale(
    { from: leastPower(run), to: run.measures.interTokenMs.max },
    { from: frame.bottom, to: frame.top },
  );
  const columns = (frame.right - frame.left) / CELL.width;
  const rows = (frame.bottom - frame.top) / CELL.height;
  const density = gapDensity(run.results, {
    columns,
    rows,
    columnAt: (endMs) => cell((time.at(endMs) - frame.left) / CELL.width, columns),
    rowOf: (gapMs) => cell((gaps.at(gapMs) - frame.top) / CELL.height, rows),
  });
  const body = [
    upwardAxis({ scale: gaps, title: 'gap, logarithmic', label: durationText }, frame),
    baseAxis({ scale: time, title: TIME_TITLE, label: durationText }, frame),
    `<g class="heat">${levelPaths(density, frame).join('')}</g>`,
  ].join('\n');
  return { picture: { width: size.width, height: size.height, body }, most: density.most };
}

/** The last cell takes the end of the axis too. */
function cell(place: number, cells: number): number {
  return Math.min(Math.floor(place), cells - 1);
}

function wholeCells({ left, right, top, bottom }: Frame): Frame {
  const columns = Math.floor((right - left) / CELL.width);
  const rows = Math.floor((bottom - top) / CELL.height);
  return { left, right: left + columns * CELL.width, top: bottom - rows * CELL.height, bottom };
}

/** The power of ten below all gaps that are any. */
function leastPower({ results, measures }: ReplayRun): number {
  const least = results.reduce(
    (least, { interTokenMs }) =>
      interTokenMs.reduce((one, gap) => (gap > 0 && gap < one ? gap : one), least),
    measures.interTokenMs.max,
  );
  return Math.max(10 ** Math.floor(Math.log10(least)), FROM_MS_MIN);
}

/** One path a shade: cells side by side are one stroke of it. */
function levelPaths({ counts, columns, rows, most }: GapDensity, frame: Frame): readonly string[] {
  const paths: string[] = Array.from({ length: LEVELS + 1 }, () => '');
  for (let row = 0; row < rows; row += 1) {
    let column = 0;
    while (column < columns) {
      const level = levelOf(counts[row * columns + column] ?? 0, most);
      const from = column;
      do column += 1;
      while (column < columns && levelOf(counts[row * columns + column] ?? 0, most) === level);
      const x = frame.left + from * CELL.width;
      const y = frame.top + row * CELL.height;
      const width = (column - from) * CELL.width;
      paths[level] += `M${x} ${y}h${width}v${CELL.height}h-${width}z`;
    }
  }
  return paths.flatMap((path, level) =>
    level === 0 || path === '' ? [] : [`<path class="heat-${level}" d="${path}"/>`],
  );
}

/** 0 for an empty cell, `LEVELS` for the fullest; between them by ratio. */
function levelOf(count: number, most: number): number {
  if (count === 0) return 0;
  return Math.max(1, Math.ceil((LEVELS * Math.log(count + 1)) / Math.log(most + 1) - 1e-9));
}
