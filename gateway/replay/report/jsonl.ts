import type { ReplayRun } from '../replay-run.ts';
import type { Statistics } from '../statistics.ts';
import type { RuleSet } from '../workload.ts';
import { pythonFloat } from './python-format.ts';

/** How a run is written as one line of JSON. */
export interface JsonLineOptions {
  readonly layout: RuleSet;
  /** Writes an infinite rate as the bare word `Infinity`, as the reference does; else as `"inf"`. */
  readonly bareInfinity: boolean;
  /** Adds the figures of each request: `--output-details`. */
  readonly details: boolean;
}

/**
 * One run as the reference appends it to its result file: its keys in its order, Python's spacing
 * and floats, since people cut these lines by colons. What the reference does not know stands behind
 * its keys: that answers were simulated, and `"incomplete": true` of a run cut short.
 */
export function jsonLine(run: ReplayRun, options: JsonLineOptions): string {
  const members =
    options.layout === '0.2.14' ? oldMembers(run, options) : currentMembers(run, options);
  if (options.details) members.push(...detailMembers(run));
  members.push(...simulationMembers(run));
  if (!run.complete) members.push(['incomplete', 'true']);
  return `{${members.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`;
}

/** Parses a result line of any layout; the bare `Infinity` of an infinite rate is read as a number. */
export function parseJsonLine(line: string): Readonly<Record<string, unknown>> {
  const standard = line.replace(/("request_rate": ?)Infinity/u, '$11e999');
  const parsed: unknown = JSON.parse(standard);
  if (typeof parsed !== 'object' || parsed === null) throw new SyntaxError('not a result line');
  return parsed as Readonly<Record<string, unknown>>;
}

/** The reference's file name for a run without one: backend, date, shape. */
export function defaultFileName({
  backend,
  workload,
  startedAt,
}: Pick<ReplayRun, 'backend' | 'workload' | 'startedAt'>): string {
  const date = `${twoDigits(startedAt.getMonth() + 1)}${twoDigits(startedAt.getDate())}`;
  const { shape, requests, dataset } = workload;
  if (!dataset.startsWith('random')) return `${backend}_${date}_${dataset}.jsonl`;
  const lengths = `${shape.randomInputTokens}_${shape.randomOutputTokens}`;
  return `${backend}_${date}_${requests.length}_${lengths}.jsonl`;
}

type Member = [key: string, json: string];

function oldMembers(run: ReplayRun, options: JsonLineOptions): Member[] {
  const { measures, workload } = run;
  return [
    ['backend', JSON.stringify(run.backend)],
    ['dataset_name', JSON.stringify(workload.dataset)],
    ['request_rate', rate(workload.requestRate, options)],
    ['total_input_tokens', String(measures.inputTokens)],
    ['total_output_tokens', String(measures.outputTokens)],
    ['total_output_tokens_retokenized', String(measures.retokenizedTokens)],
    ['mean_e2e_latency_ms', pythonFloat(measures.endToEndMs.mean)],
    ['median_e2e_latency_ms', pythonFloat(measures.endToEndMs.median)],
    ['median_ttft_ms', pythonFloat(measures.timeToFirstTokenMs.median)],
    ['median_itl_ms', pythonFloat(measures.interTokenMs.median)],
    ['output_throughput', pythonFloat(measures.outputThroughput)],
    ...shapeMembers(run),
    ['duration', pythonFloat(measures.durationSeconds)],
    ['completed', String(measures.completedRequests)],
  ];
}

function currentMembers(run: ReplayRun, options: JsonLineOptions): Member[] {
  const { measures, workload } = run;
  return [
    ['tag', 'null'],
    ['backend', JSON.stringify(run.backend)],
    ['dataset_name', JSON.stringify(workload.dataset)],
    ['request_rate', rate(workload.requestRate, options)],
    ['max_concurrency', String(run.maxConcurrency ?? null)],
    ...shapeMembers(run),
    ['server_info', JSON.stringify(run.serverInfo ?? null)],
    ['duration', pythonFloat(measures.durationSeconds)],
    ['completed', String(measures.completedRequests)],
    ['total_input_tokens', String(measures.inputTokens)],
    ['total_input_text_tokens', String(measures.inputTokens)],
    ['total_input_vision_tokens', '0'],
    ['total_output_tokens', String(measures.outputTokens)],
    ['total_output_tokens_retokenized', String(measures.retokenizedTokens)],
    ['request_throughput', pythonFloat(measures.requestThroughput)],
    ['input_throughput', pythonFloat(measures.inputThroughput)],
    ['output_throughput', pythonFloat(measures.outputThroughput)],
    ['total_throughput', pythonFloat(measures.totalThroughput)],
    ...statisticMembers('e2e_latency', measures.endToEndMs),
    ...statisticMembers('ttft', measures.timeToFirstTokenMs),
    ...statisticMembers('tpot', measures.timePerOutputTokenMs),
    ...statisticMembers('itl', measures.interTokenMs),
    ['concurrency', pythonFloat(measures.concurrency)],
    ['accept_length', 'null'],
    ['max_output_tokens_per_s', pythonFloat(measures.outputThroughputPeak)],
    ['max_concurrent_requests', String(measures.concurrentRequestsPeak)],
  ];
}

function shapeMembers({ workload: { shape } }: ReplayRun): Member[] {
  return [
    ['sharegpt_output_len', String(shape.sharegptOutputTokens ?? null)],
    ['random_input_len', String(shape.randomInputTokens)],
    ['random_output_len', String(shape.randomOutputTokens)],
    ['random_range_ratio', pythonFloat(shape.randomRangeRatio)],
  ];
}

function statisticMembers(name: string, statistics: Statistics): Member[] {
  const keys = ['mean', 'median', 'std', 'p90', 'p95', 'p99'] as const;
  return keys.map((key): Member => [`${key}_${name}_ms`, pythonFloat(statistics[key])]);
}

/** In seconds, one entry a request, failures included with 0, as the reference writes them. */
function detailMembers({ results }: ReplayRun): Member[] {
  return [
    ['input_lens', JSON.stringify(results.map(({ promptTokens }) => promptTokens))],
    ['output_lens', JSON.stringify(results.map(({ outputTokens }) => outputTokens))],
    ['ttfts', JSON.stringify(results.map((each) => each.timeToFirstTokenMs / 1000))],
    ['itls', JSON.stringify(results.map(({ interTokenMs }) => Array.from(interTokenMs, seconds)))],
    ['generated_texts', JSON.stringify(results.map(({ text }) => text))],
    ['errors', JSON.stringify(results.map(({ error }) => error))],
  ];
}

/** None of engines on GPUs: their line is the reference's own. */
function simulationMembers({ simulation }: ReplayRun): Member[] {
  if (simulation === undefined) return [];
  return [
    ['simulated', 'true'],
    ['extrapolated', String(simulation.isExtrapolated ?? null)],
    ['simulated_presets', JSON.stringify(simulation.presets)],
  ];
}

function rate(requestRate: number | undefined, { bareInfinity }: JsonLineOptions): string {
  if (requestRate === undefined) return '"trace"';
  if (requestRate === Infinity) return bareInfinity ? 'Infinity' : '"inf"';
  return pythonFloat(requestRate);
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
