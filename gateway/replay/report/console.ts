import type { Measures } from '../measures.ts';
import type { ReplayRun } from '../replay-run.ts';
import type { Statistics } from '../statistics.ts';
import type { RuleSet } from '../workload.ts';
import { pythonFloat, twoDecimals } from './python-format.ts';

/** Columns of the reference's report. */
const WIDTH = 50;
const LABEL_WIDTH = 40;
const VALUE_WIDTH = 10;

/**
 * The reference's console text, line for line, opened by its blank line. Layout `0.2.14` is that of
 * the published runs. Values are padded on the right as the reference pads them.
 */
export function consoleReport(run: ReplayRun, layout: RuleSet): string {
  const { measures } = run;
  const lines = [
    '',
    title(' Serving Benchmark Result ', '='),
    ...(layout === '0.2.14' ? countLines(run) : currentCountLines(run)),
    title('End-to-End Latency', '-'),
    ...latencyLines('E2E Latency', measures.endToEndMs, endToEndKeys[layout]),
    title('Time to First Token', '-'),
    ...latencyLines('TTFT', measures.timeToFirstTokenMs, tokenKeys[layout]),
    title('Time per Output Token (excl. 1st token)', '-'),
    ...latencyLines('TPOT', measures.timePerOutputTokenMs, tokenKeys[layout]),
    title(layout === '0.2.14' ? 'Inter-token Latency' : 'Inter-Token Latency', '-'),
    ...latencyLines('ITL', measures.interTokenMs, interTokenKeys[layout]),
    '='.repeat(WIDTH),
  ];
  return lines.join('\n');
}

type StatisticKeys = readonly (keyof Statistics)[];

const endToEndKeys: Readonly<Record<RuleSet, StatisticKeys>> = {
  '0.2.14': ['mean', 'median'],
  current: ['mean', 'median', 'p90', 'p95', 'p99'],
};
const tokenKeys: Readonly<Record<RuleSet, StatisticKeys>> = {
  '0.2.14': ['mean', 'median', 'p99'],
  current: ['mean', 'median', 'p90', 'p95', 'p99'],
};
const interTokenKeys: Readonly<Record<RuleSet, StatisticKeys>> = {
  '0.2.14': ['mean', 'median', 'p99'],
  current: ['mean', 'median', 'p90', 'p95', 'p99', 'max'],
};

function countLines({ backend, workload, measures }: ReplayRun): readonly string[] {
  return [
    line('Backend:', backend),
    line('Traffic request rate:', rateText(workload.requestRate)),
    line('Successful requests:', String(measures.completedRequests)),
    line('Benchmark duration (s):', twoDecimals(measures.durationSeconds)),
    line('Total input tokens:', String(measures.inputTokens)),
    ...generatedLines(measures),
    ...throughputLines(measures),
  ];
}

function currentCountLines(run: ReplayRun): readonly string[] {
  const { backend, workload, measures, maxConcurrency } = run;
  return [
    line('Backend:', backend),
    line('Traffic request rate:', rateText(workload.requestRate)),
    line('Max request concurrency:', String(maxConcurrency ?? 'not set')),
    line('Successful requests:', String(measures.completedRequests)),
    line('Benchmark duration (s):', twoDecimals(measures.durationSeconds)),
    line('Total input tokens:', String(measures.inputTokens)),
    line('Total input text tokens:', String(measures.inputTokens)),
    ...generatedLines(measures),
    ...throughputLines(measures),
    line('Peak output token throughput (tok/s):', twoDecimals(measures.outputThroughputPeak)),
    line('Peak concurrent requests:', String(measures.concurrentRequestsPeak)),
    line('Total token throughput (tok/s):', twoDecimals(measures.totalThroughput)),
    line('Concurrency:', twoDecimals(measures.concurrency)),
  ];
}

function generatedLines(measures: Measures): readonly string[] {
  return [
    line('Total generated tokens:', String(measures.outputTokens)),
    line('Total generated tokens (retokenized):', String(measures.retokenizedTokens)),
  ];
}

function throughputLines(measures: Measures): readonly string[] {
  return [
    line('Request throughput (req/s):', twoDecimals(measures.requestThroughput)),
    line('Input token throughput (tok/s):', twoDecimals(measures.inputThroughput)),
    line('Output token throughput (tok/s):', twoDecimals(measures.outputThroughput)),
  ];
}

function latencyLines(
  name: string,
  statistics: Statistics,
  keys: StatisticKeys,
): readonly string[] {
  return keys.map((key) => line(`${capitalized(key)} ${name} (ms):`, twoDecimals(statistics[key])));
}

/** The rate as the reference prints it; a trace has none. */
function rateText(requestRate: number | undefined): string {
  return requestRate === undefined ? 'trace' : pythonFloat(requestRate);
}

function line(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${value.padEnd(VALUE_WIDTH)}`;
}

/** Centred as Python centres: an odd pad leaves the extra character on the right. */
function title(text: string, fill: string): string {
  const left = Math.floor((WIDTH - text.length) / 2);
  return text.padStart(text.length + left, fill).padEnd(WIDTH, fill);
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
