import type { CandidatePage, DecisionPage } from '../../../decision-shapes.ts';
import { durationText } from './quantities.ts';

/** Candidates that are shown; of a larger fleet the cheapest, and the pick. */
const CANDIDATES_MAX = 12;

/** The candidates of a decision as a table. */
export interface ReceiptTable {
  readonly heads: readonly string[];
  readonly rows: readonly {
    readonly replica: string;
    readonly isPick: boolean;
    readonly cells: readonly string[];
  }[];
  /** Candidates that have no row; none is cheaper than those that have one. */
  readonly hidden: number;
}

/** Every candidate with its costs, the cheapest first. */
export function receiptTable({ candidates, replica }: DecisionPage): ReceiptTable {
  const costs = Object.keys(candidates[0]?.seconds ?? {});
  const sorted = candidates.toSorted((one, other) => one.totalSeconds - other.totalSeconds);
  const shown = sorted.slice(0, CANDIDATES_MAX);
  const pick = sorted.find((candidate) => candidate.replica === replica);
  if (pick !== undefined && !shown.includes(pick)) shown.push(pick);
  return {
    heads: ['replica', ...costs, 'total', 'cached'],
    rows: shown.map((candidate) => ({
      replica: candidate.replica,
      isPick: candidate.replica === replica,
      cells: cellsOf(candidate, costs),
    })),
    hidden: sorted.length - shown.length,
  };
}

function cellsOf(
  { seconds, totalSeconds, cachedTokens }: CandidatePage,
  costs: readonly string[],
): string[] {
  return [
    ...costs.map((cost) => durationText((seconds[cost] ?? 0) * 1_000)),
    durationText(totalSeconds * 1_000),
    cachedTokens === null ? '–' : String(cachedTokens),
  ];
}

/** What came of a decision, in a line; empty while the request goes on. */
export function outcomeText({ outcome }: DecisionPage): string {
  if (outcome === null) return '';
  const { status, error, durationMs, timeToFirstTokenMs, outputTokens } = outcome;
  return [
    `${status === null ? 'Failed' : `Ended as ${status}`}${error === null ? '' : ` (${error})`}`,
    `after ${durationText(durationMs)}`,
    timeToFirstTokenMs === null ? '' : `first token after ${durationText(timeToFirstTokenMs)}`,
    outputTokens === null ? '' : `${outputTokens} output tokens`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** How a request waited for its turn, in a line. */
export function waitText({ wait }: DecisionPage): string {
  if (wait.ms === 0) return 'It did not wait.';
  const lacked = wait.lacked === 'turn' ? 'its turn' : 'room on a replica';
  return `It waited ${durationText(wait.ms)} for ${lacked}; ${wait.servedRequests} were served meanwhile.`;
}
