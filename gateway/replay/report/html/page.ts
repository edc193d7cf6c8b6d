import type { Baseline } from '../../baselines.ts';
import type { ReplayRun } from '../../replay-run.ts';
import type { Statistics } from '../../statistics.ts';
import { simulationLabel } from '../../simulation.ts';
import {
  comparisonHeading,
  comparisonLegend,
  comparisonRows,
  comparisonTitles,
} from '../comparison.ts';
import type { ComparisonColumn } from '../comparison.ts';
import { costParts } from '../cost-parts.ts';
import { replicaShares } from '../replica-shares.ts';
import { latencyCharts } from './latency-charts.ts';
import { countText, durationText } from '../quantity-text.ts';
import { escaped } from './markup.ts';
import { provenanceFooter } from './provenance.ts';
import type { Provenance } from './provenance.ts';
import { reportStyle } from './style.ts';
import { timelineCharts } from './timeline-charts.ts';

/** A run with what stands beside it. */
export interface ReportPage {
  readonly run: ReplayRun;
  readonly columns: readonly ComparisonColumn[];
  /** The published run that is marked in the histograms. */
  readonly baseline: Baseline | undefined;
  readonly provenance: Provenance;
}

/** One run as a page that needs nothing else: no script, no font, no picture from elsewhere. */
export function htmlReport({ run, columns, baseline, provenance }: ReportPage): string {
  const { workload } = run;
  const title = `Replay of ${countText(workload.requests.length)} requests (${workload.dataset})`;
  const label = run.simulation === undefined ? '' : simulationLabel(run.simulation);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped([title, label].filter((text) => text !== '').join(', '))}</title>`,
    `<style>${reportStyle}</style></head><body>`,
    `<header><h1>${escaped(title)}${badge(run)}</h1><p class="facts">${escaped(facts(run))}</p>${notes(run)}</header>`,
    tiles(run),
    `<section><h2>Latencies${publishedKey(baseline)}</h2><div class="charts">`,
    ...latencyCharts(run, baseline),
    '</div></section>',
    '<section><h2>Over time</h2>',
    ...timelineCharts(run),
    '</section>',
    `<div class="beside">${[sharesSection(run), ...costSections(run)].join('')}</div>`,
    comparisonSection(columns),
    provenanceFooter(run, provenance),
    '</body></html>',
    '',
  ].join('\n');
}

/** Says beside the headline what nobody may overlook. */
function badge({ simulation }: ReplayRun): string {
  if (simulation === undefined) return '';
  return ` <span class="badge">${escaped(simulationLabel(simulation))}</span>`;
}

const targets: Readonly<Record<ReplayRun['target'], string>> = {
  url: 'a server that was running',
  simulated: 'simulated replicas over sockets, through the gateway',
  virtual: 'simulated replicas on virtual time, through the gateway’s own admission and router',
};

function facts({
  backend,
  target,
  rules,
  workload: { shape, dataset, requestRate },
}: ReplayRun): string {
  const lengths = dataset.startsWith('random')
    ? `prompts up to ${countText(shape.randomInputTokens)} and outputs up to ${countText(shape.randomOutputTokens)} tokens, `
    : '';
  return `${backend}: ${lengths}${rateText(requestRate)}, rules of ${rules}; ${targets[target]}.`;
}

function rateText(requestRate: number | undefined): string {
  if (requestRate === undefined) return 'arrivals as recorded';
  return requestRate === Infinity ? 'all sent at once' : `${requestRate} requests a second`;
}

function notes({ notes: sentences, complete }: ReplayRun): string {
  const items = sentences.map((sentence) => `<li>${escaped(sentence)}</li>`);
  if (!complete) {
    items.unshift('<li class="warning">Incomplete: the run was cut short.</li>');
  }
  return items.length === 0 ? '' : `<ul class="notes">${items.join('')}</ul>`;
}

function tiles({ measures }: ReplayRun): string {
  const { timeToFirstTokenMs, interTokenMs, endToEndMs } = measures;
  const figures: readonly (readonly [value: string, ...labels: string[]])[] = [
    [successText(measures.completedRequests, measures.failedRequests), 'requests successful'],
    [durationText(measures.durationSeconds * 1000), 'duration'],
    [countText(measures.outputThroughput), 'output tokens per second'],
    latencyTile('TTFT', timeToFirstTokenMs),
    latencyTile('ITL', interTokenMs),
    latencyTile('E2E', endToEndMs),
  ];
  const items = figures.map(
    ([value, ...labels]) =>
      `<div class="tile"><b>${escaped(value)}</b>${labels.map((label) => `<span>${label}</span>`).join('')}</div>`,
  );
  return `<div class="tiles">${items.join('')}</div>`;
}

function latencyTile(name: string, { median, p99 }: Statistics): [string, string, string] {
  return [durationText(median), `median ${name}`, `P99 ${durationText(p99)}`];
}

function successText(completed: number, failed: number): string {
  return failed === 0
    ? countText(completed)
    : `${countText(completed)} of ${countText(completed + failed)}`;
}

function publishedKey(baseline: Baseline | undefined): string {
  if (baseline === undefined) return '';
  const text = `published ${escaped(baseline.title)}, median and P99`;
  return ` <span class="facts"><span class="key dash"><i></i>${text}</span></span>`;
}

function comparisonSection(columns: readonly ComparisonColumn[]): string {
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
  return section(comparisonHeading(columns), ['', ...titles], rows, lines);
}

/** Figures that open a group of lines in the table. */
const startsGroup: ReadonlySet<string> = new Set([
  'requestThroughput',
  'endToEndMsMean',
  'timeToFirstTokenMsMean',
  'timePerOutputTokenMsMean',
  'interTokenMsMean',
]);

function sharesSection({ results }: ReplayRun): string {
  const rows = replicaShares(results).map(({ replica, requests, tokens, share }) =>
    row([replica, countText(requests), countText(tokens), `${(share * 100).toFixed(2)} %`]),
  );
  if (rows.length === 0) return '';
  return section('Replicas', ['', 'requests', 'tokens', 'share of tokens'], rows);
}

function costSections(run: ReplayRun): readonly string[] {
  return costParts(run).map(({ title, rows }) => section(title, [], rows.map(row)));
}

function section(
  title: string,
  heads: readonly string[],
  rows: readonly string[],
  after = '',
): string {
  const cells = heads.map((text) => `<th>${escaped(text)}</th>`).join('');
  const head = cells === '' ? '' : `<thead><tr>${cells}</tr></thead>`;
  return `<section><h2>${escaped(title)}</h2><div class="scroll"><table>${head}<tbody>${rows.join('')}</tbody></table></div>${after}</section>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
}
