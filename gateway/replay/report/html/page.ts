import type { Baseline } from '../../baselines.ts';
import type { ReplayRun } from '../../replay-run.ts';
import { simulationLabel } from '../../simulation.ts';
import type { Statistics } from '../../statistics.ts';
import type { ComparisonColumn } from '../comparison.ts';
import { jsonLine, parseJsonLine } from '../jsonl.ts';
import { countText, durationText } from '../quantity-text.ts';
import { escaped } from './markup.ts';
import { figure, keyLine } from './plot.ts';
import type { Plot } from './plot.ts';
import { provenanceFooter } from './provenance.ts';
import type { Provenance } from './provenance.ts';
import { runPlots } from './run-plots.ts';
import { reportStyle } from './style.ts';
import { comparisonSection, costSections, percentilesSection, sharesSection } from './tables.ts';
import { worstSection } from './worst-section.ts';

/** A run with what stands beside it. */
export interface ReportPage {
  readonly run: ReplayRun;
  readonly columns: readonly ComparisonColumn[];
  /** The runs that stand beside it, published and others. */
  readonly standing: readonly Baseline[];
  readonly provenance: Provenance;
}

/** One run as a page that needs nothing else: no script, no font, no picture from elsewhere. */
export function htmlReport({ run, columns, standing, provenance }: ReportPage): string {
  const { workload } = run;
  const title = `Replay of ${countText(workload.requests.length)} requests (${workload.dataset})`;
  const label = run.simulation === undefined ? '' : simulationLabel(run.simulation);
  const { latencies, timelines } = runPlots(run, standing);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped([title, label].filter((text) => text !== '').join(', '))}</title>`,
    `<style>${reportStyle}</style></head><body>`,
    `<header><h1>${escaped(title)}${badge(run)}</h1><p class="facts">${escaped(facts(run))}</p>${notes(run)}</header>`,
    tiles(run),
    `<section><h2>Latencies${runKeys(latencies)}</h2><div class="charts">`,
    ...latencies.map((plot) => figure(plot, { hidesKeys: true })),
    '</div></section>',
    '<section><h2>Over time</h2><div class="timelines">',
    ...timelines.map((plot) => figure(plot)),
    '</div></section>',
    `<div class="beside">${[percentilesSection(run), sharesSection(run), ...costSections(run)].join('')}</div>`,
    worstSection(run),
    comparisonSection(columns),
    numbers(run),
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

/** One line of keys for all of the latencies, whose runs are the same. */
function runKeys([first]: readonly Plot[]): string {
  if (first === undefined || first.keys.length < 2) return '';
  return ` <span class="facts">${keyLine(first.keys)}</span>`;
}

/** The figures of the run, to be copied as they are. */
function numbers(run: ReplayRun): string {
  const line = jsonLine(run, { layout: 'current', bareInfinity: false, details: false });
  const text = JSON.stringify(parseJsonLine(line), null, 2);
  return `<details><summary>All figures as JSON</summary><pre>${escaped(text)}</pre></details>`;
}
