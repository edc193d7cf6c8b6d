import type { CodedGaps } from '../../telemetry/gap-code.ts';
import { alignedTable } from '../replay/report/comparison.ts';
import { countText, durationText } from '../replay/report/quantity-text.ts';
import { summarize } from '../replay/statistics.ts';

/** Columns of the plot: with its edges it fits a narrow terminal. */
export const PLOT_COLUMNS_MAX = 72;

/** Gaps that are named one by one. */
const LARGEST_MAX = 5;

/** One gap of a stream. */
interface Gap {
  /** 0 for the gap between the first two outputs. */
  readonly index: number;
  readonly gapMs: number;
  /** From the first output to the end of the gap; `undefined` where gaps before it are not told. */
  readonly afterMs: number | undefined;
}

/** The gaps between the outputs of one stream, for a terminal: their figures, the largest, and their rhythm. */
export function gapReport(coded: CodedGaps): string {
  const gaps = gapsOf(coded);
  const head = headLine(coded, gaps);
  return gaps.length === 0
    ? head
    : [head, figures(gaps), largest(gaps), rhythm(coded)].join('\n\n');
}

function gapsOf({ firstGapsMs, laterGaps }: CodedGaps): readonly Gap[] {
  let sumMs = 0;
  const first = firstGapsMs.map((gapMs, index) => {
    sumMs += gapMs;
    return { index, gapMs, afterMs: sumMs };
  });
  return [...first, ...laterGaps.map((gap) => ({ ...gap, afterMs: undefined }))];
}

function headLine({ gapsTotal }: CodedGaps, gaps: readonly Gap[]): string {
  const total = `${countText(gapsTotal)} ${gapsTotal === 1 ? 'gap' : 'gaps'} between outputs`;
  if (gaps.length === gapsTotal) return `${total}.`;
  return `${total}; told are ${countText(gaps.length)}, the first ones and the largest of the others.`;
}

function figures(gaps: readonly Gap[]): string {
  const { mean, median, p95, p99, max } = summarize(gaps.map(({ gapMs }) => gapMs));
  return alignedTable([
    ['mean', 'p50', 'p95', 'p99', 'largest'],
    [mean, median, p95, p99, max].map(durationText),
  ]);
}

function largest(gaps: readonly Gap[]): string {
  const longest = gaps.toSorted((one, other) => other.gapMs - one.gapMs).slice(0, LARGEST_MAX);
  return alignedTable([
    ['largest', 'before output', 'after the first'],
    ...longest.map(({ index, gapMs, afterMs }) => [
      durationText(gapMs),
      // The first output is number 1, and the first gap ends with number 2.
      countText(index + 2),
      afterMs === undefined ? 'not told' : durationText(afterMs),
    ]),
  ]);
}

const BLOCKS = '▁▂▃▄▅▆▇█';

/** Neighbours share a column, which shows the largest of them; heights are logarithmic. */
function rhythm({ firstGapsMs }: CodedGaps): string {
  const columns = Math.min(firstGapsMs.length, PLOT_COLUMNS_MAX);
  const peaksMs = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * firstGapsMs.length) / columns);
    const to = Math.floor(((column + 1) * firstGapsMs.length) / columns);
    return Math.max(...firstGapsMs.slice(from, to));
  });
  const leastMs = Math.max(Math.min(...peaksMs), SMALLEST_MS);
  const mostMs = Math.max(...peaksMs, leastMs);
  const bars = peaksMs.map((peakMs) => blockOf(peakMs, leastMs, mostMs)).join('');
  return `${bars}\n${durationText(leastMs)} to ${durationText(mostMs)}, first to last`;
}

/** A tenth of a millisecond is the finest that is told. */
const SMALLEST_MS = 0.1;

function blockOf(gapMs: number, leastMs: number, mostMs: number): string {
  const share = Math.log(Math.max(gapMs, leastMs) / leastMs) / Math.log(mostMs / leastMs);
  return BLOCKS[Math.round((Number.isNaN(share) ? 0 : share) * (BLOCKS.length - 1))] ?? '';
}
