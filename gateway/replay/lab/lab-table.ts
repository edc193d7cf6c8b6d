import { alignedTable } from '../report/comparison.ts';
import { labCells, labFigures, shownFigures } from './lab-figures.ts';
import type { LabEntry } from './lab-run.ts';

/** Policies side by side, for a terminal; `*` marks the best of a column. */
export function labTable(entries: readonly LabEntry[]): string {
  const figures = shownFigures(entries);
  const columns = figures.map((figure) => labCells(figure, entries));
  const rows = [
    ['policy', ...figures.map(({ title }) => `${title} `)],
    ...entries.map(({ policy }, index) => [
      policy,
      ...columns.map((cells) => marked(cells[index]?.text ?? '', cells[index]?.isBest === true)),
    ]),
  ];
  return alignedTable(rows);
}

function marked(text: string, isBest: boolean): string {
  return `${text}${isBest ? '*' : ' '}`;
}

/** The same figures as values, by their keys. */
export function labValues(entries: readonly LabEntry[]): readonly object[] {
  return entries.map((entry) => ({
    policy: entry.policy,
    ...Object.fromEntries(labFigures.map(({ key, valueOf }) => [key, valueOf(entry)])),
  }));
}
