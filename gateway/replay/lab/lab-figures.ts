import { countText, durationText } from '../report/quantity-text.ts';
import type { LabEntry } from './lab-run.ts';

/** One figure by which policies are compared. */
export interface LabFigure {
  /** Key in JSON. */
  readonly key: string;
  readonly title: string;
  readonly better: 'less' | 'more';
  readonly valueOf: (entry: LabEntry) => number;
  readonly textOf: (value: number) => string;
}

/** Every figure, in the order in which they are told. */
export const labFigures: readonly LabFigure[] = [
  duration('ttftP50Ms', 'TTFT p50', ({ measures }) => measures.timeToFirstTokenMs.median),
  duration('ttftP99Ms', 'TTFT p99', ({ measures }) => measures.timeToFirstTokenMs.p99),
  duration('gapP99Ms', 'gap p99', ({ measures }) => measures.interTokenMs.p99),
  duration('makespanMs', 'makespan', ({ measures }) => measures.durationSeconds * 1000),
  {
    key: 'goodputTokensPerSecond',
    title: 'good tok/s',
    better: 'more',
    valueOf: (entry) => entry.goodput,
    textOf: countText,
  },
  count('recomputedTokens', 'recomputed', (entry) => entry.recomputedTokens),
  count('failedRequests', 'failed', ({ measures }) => measures.failedRequests),
  {
    key: 'spread',
    title: 'spread',
    better: 'less',
    valueOf: (entry) => entry.spread,
    textOf: (value) => value.toFixed(2),
  },
];

/** The figures that a table shows: failures only where there are any. */
export function shownFigures(entries: readonly LabEntry[]): readonly LabFigure[] {
  const failed = entries.some(({ measures }) => measures.failedRequests > 0);
  return labFigures.filter(({ key }) => failed || key !== 'failedRequests');
}

/** One cell of the comparison. */
export interface LabCell {
  readonly text: string;
  /** As good as the best, as far as the text shows. */
  readonly isBest: boolean;
}

/** The cells of a figure, one an entry; nobody is best where all are alike. */
export function labCells(figure: LabFigure, entries: readonly LabEntry[]): readonly LabCell[] {
  const values = entries.map((entry) => figure.valueOf(entry));
  const best = figure.better === 'less' ? Math.min(...values) : Math.max(...values);
  const texts = values.map((value) => figure.textOf(value));
  const bestText = figure.textOf(best);
  const allAlike = texts.every((text) => text === bestText);
  return texts.map((text) => ({ text, isBest: !allAlike && text === bestText }));
}

function duration(key: string, title: string, valueOf: (entry: LabEntry) => number): LabFigure {
  return { key, title, better: 'less', valueOf, textOf: (value) => durationText(rounded(value)) };
}

function count(key: string, title: string, valueOf: (entry: LabEntry) => number): LabFigure {
  return { key, title, better: 'less', valueOf, textOf: countText };
}

/** A hundredth of a millisecond is finer than any model of an engine. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
