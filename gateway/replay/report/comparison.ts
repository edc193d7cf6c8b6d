import { baselines, comparedFigures } from '../baselines.ts';
import type { ComparedFigure, ComparedFigures } from '../baselines.ts';
import { twoDecimals } from './python-format.ts';

/** One run of a comparison and, beside it, how far it is from others. */
export interface ComparisonColumn {
  readonly title: string;
  /** What the run was made on, and what its differences are from; a sentence without its end. */
  readonly explanation: string;
  readonly figures: ComparedFigures;
  readonly differences: readonly ComparisonDifference[];
}

/** How far a run is from another one. */
export interface ComparisonDifference {
  readonly title: string;
  readonly from: ComparedFigures;
}

/** One line of a comparison, as text, cell by cell. */
export interface ComparisonRow {
  readonly figure: ComparedFigure;
  readonly label: string;
  readonly cells: readonly string[];
}

/** What each figure is called in a comparison. */
export const figureLabels: Readonly<Record<ComparedFigure, string>> = {
  completedRequests: 'Successful requests',
  durationSeconds: 'Benchmark duration (s)',
  inputTokens: 'Total input tokens',
  outputTokens: 'Total generated tokens',
  retokenizedTokens: 'Generated (retokenized)',
  requestThroughput: 'Requests per second',
  inputThroughput: 'Input tokens per second',
  outputThroughput: 'Output tokens per second',
  endToEndMsMean: 'Mean E2E latency (ms)',
  endToEndMsMedian: 'Median E2E latency (ms)',
  timeToFirstTokenMsMean: 'Mean TTFT (ms)',
  timeToFirstTokenMsMedian: 'Median TTFT (ms)',
  timeToFirstTokenMsP99: 'P99 TTFT (ms)',
  timePerOutputTokenMsMean: 'Mean TPOT (ms)',
  timePerOutputTokenMsMedian: 'Median TPOT (ms)',
  timePerOutputTokenMsP99: 'P99 TPOT (ms)',
  interTokenMsMean: 'Mean ITL (ms)',
  interTokenMsMedian: 'Median ITL (ms)',
  interTokenMsP99: 'P99 ITL (ms)',
};

/** Figures that are counts, printed without decimals. */
const counts: ReadonlySet<ComparedFigure> = new Set([
  'completedRequests',
  'inputTokens',
  'outputTokens',
  'retokenizedTokens',
]);

/** How far `ours` is from `theirs`, as a share of theirs; `undefined` where one of them is not known. */
export function difference(
  ours: number | undefined,
  theirs: number | undefined,
): number | undefined {
  if (ours === undefined || theirs === undefined || theirs === 0) return undefined;
  return (ours - theirs) / theirs;
}

/** What the comparison as a whole is called. */
export function comparisonHeading(columns: readonly ComparisonColumn[]): string {
  return columns.some(({ title }) => baselines.some((published) => published.title === title))
    ? 'Beside the published runs'
    : 'Beside other runs';
}

/** Column titles, differences included. */
export function comparisonTitles(columns: readonly ComparisonColumn[]): readonly string[] {
  return columns.flatMap(({ title, differences }) => [
    title,
    ...differences.map((difference) => difference.title),
  ]);
}

/** What the columns are, a line for each; alike ones share theirs. */
export function comparisonLegend(columns: readonly ComparisonColumn[]): readonly string[] {
  const explanations = [...new Set(columns.map(({ explanation }) => explanation))];
  return explanations.map((explanation) => {
    const alike = columns.filter((column) => column.explanation === explanation);
    return `${alike.map(({ title }) => title).join(', ')}: ${explanation}.`;
  });
}

/** How figures are written: as the reference writes them, or in groups of three digits. */
export type FigureStyle = 'plain' | 'grouped';

/** Every line that any column has a figure for. */
export function comparisonRows(
  columns: readonly ComparisonColumn[],
  style: FigureStyle = 'plain',
): readonly ComparisonRow[] {
  return comparedFigures
    .filter((figure) => columns.some(({ figures }) => figures[figure] !== undefined))
    .map((figure) => ({
      figure,
      label: figureLabels[figure],
      cells: columns.flatMap((column) => cellsOf(figure, column, style)),
    }));
}

/** The comparison as a table of text, its columns aligned on the right. */
export function comparisonText(columns: readonly ComparisonColumn[]): string {
  const table = [
    ['', ...comparisonTitles(columns)],
    ...comparisonRows(columns).map(({ label, cells }) => [label, ...cells]),
  ];
  return alignedTable(table);
}

/** Rows of equal length as lines: the first column on the left, the others on the right. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A share as a signed percentage, such as `+1.25 %`; empty where it is not known. */
export function signedPercent(share: number | undefined): string {
  if (share === undefined) return '';
  const text = (share * 100).toFixed(2);
  if (text === '0.00' || text === '-0.00') return '0.00 %';
  return `${share > 0 ? '+' : ''}${text} %`;
}

function cellsOf(
  figure: ComparedFigure,
  column: ComparisonColumn,
  style: FigureStyle,
): readonly string[] {
  const value = column.figures[figure];
  return [
    value === undefined ? '' : valueText(figure, value, style),
    ...column.differences.map(({ from }) => signedPercent(difference(value, from[figure]))),
  ];
}

function valueText(figure: ComparedFigure, value: number, style: FigureStyle): string {
  const isCount = counts.has(figure);
  if (style === 'plain') return isCount ? String(value) : twoDecimals(value);
  const decimals = isCount ? 0 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
