import type { ReplayRun } from '../replay-run.ts';
import type { RuleSet } from '../workload.ts';
import { simulationLabel } from '../simulation.ts';
import { alignedTable, comparisonHeading, comparisonLegend, comparisonText } from './comparison.ts';
import type { ComparisonColumn } from './comparison.ts';
import { consoleReport } from './console.ts';
import { costParts } from './cost-parts.ts';
import { replicaShares } from './replica-shares.ts';
import { wrapped } from './wrapped.ts';

/** Text widths that a terminal shows without wrapping. */
const WIDTH = 78;

/** A run as text: the reference's report, then what it does not know of, each part with a heading. */
export function textReport(
  run: ReplayRun,
  columns: readonly ComparisonColumn[],
  layout: RuleSet,
): string {
  return [
    ...(run.complete ? [] : ['\nINCOMPLETE: the run was cut short.']),
    ...simulationLines(run),
    consoleReport(run, layout),
    ...part(comparisonHeading(columns), comparisonPart(columns)),
    ...part('Replicas', sharesText(run)),
    ...costParts(run).flatMap(({ title, rows }) => part(title, alignedTable(rows))),
    ...part('Notes', run.notes.map((note) => wrapped(`- ${note}`, WIDTH)).join('\n')),
  ].join('\n');
}

/** Before the reference's block, which has no line for it. */
function simulationLines({ simulation }: ReplayRun): readonly string[] {
  if (simulation === undefined) return [];
  return [
    '',
    `${simulationLabel(simulation)}: no GPU was in it (${simulation.presets.join(', ')}).`,
  ];
}

function part(heading: string, text: string): readonly string[] {
  return text === '' ? [] : ['', heading, text];
}

function comparisonPart(columns: readonly ComparisonColumn[]): string {
  if (columns.length === 0) return '';
  return [
    comparisonText(columns),
    '',
    ...comparisonLegend(columns).map((line) => wrapped(line, WIDTH)),
  ].join('\n');
}

function sharesText({ results }: ReplayRun): string {
  const shares = replicaShares(results);
  if (shares.length === 0) return '';
  return alignedTable([
    ['', 'requests', 'tokens', 'share of tokens'],
    ...shares.map(({ replica, requests, tokens, share }) => [
      replica,
      String(requests),
      String(tokens),
      `${(share * 100).toFixed(2)} %`,
    ]),
  ]);
}
