import type { LoadSample } from '../replay-run.ts';
import { percentile } from '../statistics.ts';
import { countText } from '../report/quantity-text.ts';
import { escaped } from '../report/html/markup.ts';
import type { Line } from '../report/html/line-chart.ts';
import { lineChart } from '../report/html/line-chart.ts';
import { figure } from '../report/html/plot.ts';
import { reportStyle } from '../report/html/style.ts';
import { labCells, shownFigures } from './lab-figures.ts';
import type { LabEntry } from './lab-run.ts';

/** What a page of the lab is made from. */
export interface LabPage {
  /** Sentences on workload, fleet and service level. */
  readonly facts: readonly string[];
  readonly requests: number;
  readonly entries: readonly LabEntry[];
  readonly startedAt: Date;
}

/** Policies that have a colour of their own; further ones share it, dashed. */
const STYLES = 8;

/** Points of a distribution: one for each percent of the requests, and finer at its tail. */
const SHARES: readonly number[] = [
  ...Array.from({ length: 100 }, (_, index) => index),
  99.5,
  99.9,
  100,
];

/** Policies side by side as a page that needs nothing else: no script, no font, no picture from elsewhere. */
export function labPage({ facts, requests, entries, startedAt }: LabPage): string {
  const title = `${countText(requests)} requests under ${entries.length} policies`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${reportStyle}</style></head><body>`,
    `<header><h1>${escaped(title)}</h1><p class="facts">${escaped(facts.join(' '))}</p></header>`,
    `<section><h2>Side by side</h2>${table(entries)}</section>`,
    '<section><h2>Requests that were served within a time</h2>',
    distributionChart(
      'TTFT',
      'share of the requests with a first token by then',
      entries,
      (entry) => entry.results.filter(isWhole).map((each) => each.timeToFirstTokenMs),
    ),
    distributionChart('E2E', 'share of the requests answered by then', entries, (entry) =>
      entry.results.filter(isWhole).map(({ endToEndMs }) => endToEndMs),
    ),
    '</section><section><h2>Over time</h2>',
    loadChart(
      'Requests running',
      'in all engines together',
      entries,
      (sample) => sample.runningRequests,
    ),
    kvChart(entries),
    '</section>',
    `<footer>Made by numagate’s lab on ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, on virtual time: simulated replicas behind the gateway’s own queue, ledger and router.</footer>`,
    '</body></html>',
    '',
  ].join('\n');
}

function isWhole({ succeeded }: { readonly succeeded: boolean }): boolean {
  return succeeded;
}

function table(entries: readonly LabEntry[]): string {
  const figures = shownFigures(entries);
  const columns = figures.map((figure) => labCells(figure, entries));
  const head = ['', ...figures.map(({ title }) => title)].map((text) => `<th>${text}</th>`);
  const rows = entries.map(({ policy }, index) => {
    const cells = columns.map((column) => {
      const { text = '', isBest = false } = column[index] ?? {};
      return `<td>${isBest ? `<b>${escaped(text)}</b>` : escaped(text)}</td>`;
    });
    const key = `<span class="key ${styleOf(index)}"><i></i>${escaped(policy)}</span>`;
    return `<tr><td>${key}</td>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function distributionChart(
  title: string,
  explanation: string,
  entries: readonly LabEntry[],
  valuesOf: (entry: LabEntry) => readonly number[],
): string {
  const lines = entries.map((entry, index): Line => {
    const sorted = Float64Array.from(valuesOf(entry)).sort();
    const shares = sorted.length === 0 ? [] : SHARES;
    return {
      name: entry.policy,
      timesMs: Float64Array.from(shares, (percent) => percentile(sorted, percent)),
      values: Float64Array.from(shares, (percent) => percent / 100),
      style: styleOf(index),
      isArea: false,
    };
  });
  const durationMs = Math.max(1, ...lines.map(({ timesMs }) => timesMs.at(-1) ?? 0));
  return figure(
    lineChart({
      name: title.toLowerCase(),
      title,
      explanation,
      valueTitle: 'share of requests',
      lines,
      durationMs,
      most: 1,
      unit: 'share',
    }),
  );
}

function loadChart(
  title: string,
  explanation: string,
  entries: readonly LabEntry[],
  loadOf: (sample: LoadSample) => number,
): string {
  return figure(
    lineChart({
      name: 'requests',
      title,
      explanation,
      valueTitle: 'requests',
      lines: entries.map((entry, index) => lineOf(entry, index, (moment) => sum(moment, loadOf))),
      durationMs: longest(entries),
      unit: 'count',
    }),
  );
}

function kvChart(entries: readonly LabEntry[]): string {
  const mean = (moment: readonly LoadSample[]): number =>
    sum(moment, ({ kvCacheUsage }) => kvCacheUsage) / moment.length;
  return figure(
    lineChart({
      name: 'kv-cache',
      title: 'KV cache in use',
      explanation: 'mean over the replicas',
      valueTitle: 'share of the cache',
      lines: entries.map((entry, index) => lineOf(entry, index, mean)),
      durationMs: longest(entries),
      most: 1,
      unit: 'share',
    }),
  );
}

function lineOf(
  { policy, samples }: LabEntry,
  index: number,
  valueOf: (moment: readonly LoadSample[]) => number,
): Line {
  const moments = [...Map.groupBy(samples, ({ atMs }) => atMs)];
  return {
    name: policy,
    timesMs: Float64Array.from(moments, ([atMs]) => atMs),
    values: Float64Array.from(moments, ([, moment]) => valueOf(moment)),
    style: styleOf(index),
    isArea: false,
  };
}

function longest(entries: readonly LabEntry[]): number {
  return Math.max(1, ...entries.map(({ measures }) => measures.durationSeconds * 1000));
}

function sum(samples: readonly LoadSample[], valueOf: (sample: LoadSample) => number): number {
  return samples.reduce((total, sample) => total + valueOf(sample), 0);
}

function styleOf(index: number): string {
  return `series-${index % STYLES}${index < STYLES ? '' : ' later'}`;
}
