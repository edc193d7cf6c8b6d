import type { ReplayRun } from '../../replay-run.ts';
import type { Statistics } from '../../statistics.ts';
import {
  comparisonHeading,
  comparisonLegend,
  comparisonRows,
  comparisonTitles,
} from '../comparison.ts';
import type { ComparisonColumn } from '../comparison.ts';
import { costParts } from '../cost-parts.ts';
import { countText, durationText } from '../quantity-text.ts';
import { replicaShares } from '../replica-shares.ts';
import { escaped } from './markup.ts';

/** Our figures beside those of other runs; nothing where there is none. */
export function comparisonSection(columns: readonly ComparisonColumn[]): string {
  if (columns.length === 0) return '';
  const titles = comparisonTitles(columns);
  const isDifference = columns.flatMap(({ differences }) => [
    false,
    ...differences.map(() => true),
  ]);
  const rows = comparisonRows(columns, 'grouped').map(({ figure, label, cells }) => {
    const values = cells.map(
      (cell, index) => `<td${isDifference[index] ? ' class="diff"' : ''}>${escaped(cell)}</td>`,
    );
    const apart = startsGroup.has(figure) ? ' class="apart"' : '';
    return `<tr${apart}><td>${escaped(label)}</td>${values.join('')}</tr>`;
  });
  const legend = comparisonLegend(columns).map((line) => `<p>${escaped(line)}</p>`);
  const lines = `<div class="legend-lines">${legend.join('')}</div>`;
  return tableSection(comparisonHeading(columns), ['', ...titles], rows, lines);
}

/** Figures that open a group of lines in the table. */
const startsGroup: ReadonlySet<string> = new Set([
  'requestThroughput',
  'endToEndMsMean',
  'timeToFirstTokenMsMean',
  'timePerOutputTokenMsMean',
  'interTokenMsMean',
]);

/** The latencies in figures, which the curves above only show. */
export function percentilesSection({ measures }: ReplayRun): string {
  const latencies: readonly (readonly [string, Statistics])[] = [
    ['TTFT', measures.timeToFirstTokenMs],
    ['ITL', measures.interTokenMs],
    ['TPOT', measures.timePerOutputTokenMs],
    ['E2E', measures.endToEndMs],
  ];
  const rows = latencies.map(([name, { mean, median, p90, p95, p99, max }]) =>
    tableRow([name, ...[mean, median, p90, p95, p99, max].map(durationText)]),
  );
  const heads = ['', 'mean', 'median', 'P90', 'P95', 'P99', 'longest'];
  return tableSection('Latencies in figures', heads, rows);
}

/** Who did how much; nothing where no replica is named. */
export function sharesSection({ results }: ReplayRun): string {
  const rows = replicaShares(results).map(({ replica, requests, tokens, share }) =>
    tableRow([replica, countText(requests), countText(tokens), `${(share * 100).toFixed(2)} %`]),
  );
  if (rows.length === 0) return '';
  return tableSection('Replicas', ['', 'requests', 'tokens', 'share of tokens'], rows);
}

/** Where the time went that is not an engine's. */
export function costSections(run: ReplayRun): readonly string[] {
  return costParts(run).map(({ title, rows }) =>
    tableSection(
      title,
      [],
      rows.map((row) => tableRow(row)),
    ),
  );
}

/** A table under its heading. */
export function tableSection(
  title: string,
  heads: readonly string[],
  rows: readonly string[],
  after = '',
): string {
  const cells = heads.map((text) => `<th>${escaped(text)}</th>`).join('');
  const head = cells === '' ? '' : `<thead><tr>${cells}</tr></thead>`;
  return `<section><h2>${escaped(title)}</h2><div class="scroll"><table>${head}<tbody>${rows.join('')}</tbody></table></div>${after}</section>`;
}

/** One line of a table. */
export function tableRow(cells: readonly string[], style = ''): string {
  const styled = style === '' ? '' : ` class="${style}"`;
  return `<tr${styled}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
}
