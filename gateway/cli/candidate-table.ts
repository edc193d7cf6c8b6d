import { TOO_LONG_SECONDS } from '../../routing/policies/catalog.ts';
import { alignedTable } from '../replay/report/comparison.ts';
import { countText, durationText } from '../replay/report/quantity-text.ts';
import type { CandidatePage, DecisionPage } from '../server/decision-shapes.ts';

/** Columns of a terminal. */
export const COLUMNS_MAX = 100;

/** Candidates that are shown; of a larger fleet the cheapest, and the pick. */
const CANDIDATES_MAX = 20;

/** The least that is left of a long name. */
const NAME_COLUMNS_MIN = 12;

interface Column {
  /** One word a line. */
  readonly head: readonly [string, string];
  readonly cell: (candidate: CandidatePage) => string;
}

/** The candidates of a decision as a table, the cheapest first and the pick marked; fits `COLUMNS_MAX`. */
export function candidateTable(decision: DecisionPage): string {
  const shown = shownCandidates(decision);
  const columns = columnsOf(decision.candidates);
  const rows = [
    ...[0, 1].map((line) => ['', ...columns.map(({ head }) => head[line] ?? '')]),
    ...shown.map((candidate) => [
      `${candidate.replica === decision.replica ? '>' : ' '} ${candidate.replica}`,
      ...columns.map(({ cell }) => cell(candidate)),
    ]),
  ];
  const lines = [alignedTable(withShortNames(rows))];
  const hidden = decision.candidates.length - shown.length;
  if (hidden > 0) lines.push(`  and ${countText(hidden)} more, none cheaper`);
  return lines.join('\n');
}

function shownCandidates({ candidates, replica }: DecisionPage): readonly CandidatePage[] {
  const sorted = candidates.toSorted((one, other) => one.totalSeconds - other.totalSeconds);
  const shown = sorted.slice(0, CANDIDATES_MAX);
  const picked = sorted.find((candidate) => candidate.replica === replica);
  return picked === undefined || shown.includes(picked) ? shown : [...shown, picked];
}

function columnsOf(candidates: readonly CandidatePage[]): readonly Column[] {
  const costs = Object.keys(candidates[0]?.seconds ?? {});
  const columns: Column[] = costs.map((name) => ({
    head: headOf(name),
    cell: ({ seconds }) => secondsText(seconds[name] ?? 0),
  }));
  if (costs.length > 1) {
    columns.push({ head: ['', 'total'], cell: ({ totalSeconds }) => secondsText(totalSeconds) });
  }
  columns.push({
    head: ['load', 'age'],
    cell: ({ loadAgeMs }) => (loadAgeMs === null ? 'unknown' : durationText(Math.round(loadAgeMs))),
  });
  if (candidates.some(({ cachedTokens }) => cachedTokens !== null)) {
    columns.push({
      head: ['cached', 'tokens'],
      cell: ({ cachedTokens }) => countText(cachedTokens ?? 0),
    });
  }
  return columns;
}

/** `decode-slowdown` over two lines; the last word below, so that single words stand on the rows. */
function headOf(name: string): readonly [string, string] {
  const words = name.split('-');
  return [words.slice(0, -1).join(' '), words.at(-1) ?? ''];
}

/** Seconds for people, to a hundredth of a millisecond; in words where a request is too long for a replica. */
export function secondsText(seconds: number): string {
  if (seconds >= TOO_LONG_SECONDS) return 'too long';
  return durationText(Math.round(seconds * 100_000) / 100);
}

/** Names cut in their middle, as far as the lines would be too long. */
function withShortNames(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widest = (column: number): number =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const others = (rows[0] ?? []).slice(1).map((_, index) => widest(index + 1) + 2);
  const left = COLUMNS_MAX - others.reduce((sum, width) => sum + width, 0);
  const width = Math.max(left, NAME_COLUMNS_MIN);
  return rows.map(([name = '', ...cells]) => [shortName(name, width), ...cells]);
}

function shortName(name: string, width: number): string {
  if (name.length <= width) return name;
  const head = Math.ceil((width - 1) / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (width - 1 - head))}`;
}
