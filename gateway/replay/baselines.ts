import type { LatencyValues } from './latency-values.ts';
import type { Measures } from './measures.ts';

/** The figures that a report may be compared by; a published run tells only some of them. */
export type ComparedFigures = Readonly<Partial<Record<ComparedFigure, number>>>;

/** Names of compared figures, in the order of the reference's report. */
export const comparedFigures = [
  'completedRequests',
  'durationSeconds',
  'inputTokens',
  'outputTokens',
  'retokenizedTokens',
  'requestThroughput',
  'inputThroughput',
  'outputThroughput',
  'endToEndMsMean',
  'endToEndMsMedian',
  'timeToFirstTokenMsMean',
  'timeToFirstTokenMsMedian',
  'timeToFirstTokenMsP99',
  'timePerOutputTokenMsMean',
  'timePerOutputTokenMsMedian',
  'timePerOutputTokenMsP99',
  'interTokenMsMean',
  'interTokenMsMedian',
  'interTokenMsP99',
] as const;

/** One compared figure, by its name. */
export type ComparedFigure = (typeof comparedFigures)[number];

/** A run that somebody else published, to stand beside ours. */
export interface Baseline {
  readonly name: string;
  /** Column title. */
  readonly title: string;
  /** What the run was made on, where that is known. */
  readonly setup: string;
  readonly figures: ComparedFigures;
  /** Every value of its latencies, where they are known. */
  readonly values?: LatencyValues | undefined;
}

const PUBLISHED_SETUP = 'published, one engine on 8×H100, tensor parallel 8, no gateway before it';

/**
 * The runs of SGLang 0.2.14 and vLLM 0.5.5 on 8×H100 with tensor parallel 8, each by the benchmark
 * of SGLang's release 0.2.14: 1000 random prompts of up to 4096 + 2048 tokens, all sent at once.
 */
export const baselines: readonly Baseline[] = [
  {
    name: 'sglang-0.2.14',
    title: 'SGLang 0.2.14',
    setup: PUBLISHED_SETUP,
    figures: {
      completedRequests: 1000,
      durationSeconds: 317.3,
      inputTokens: 2_033_482,
      outputTokens: 1_027_062,
      retokenizedTokens: 1_014_917,
      requestThroughput: 3.15,
      inputThroughput: 6408.67,
      outputThroughput: 3236.86,
      endToEndMsMean: 209_386.65,
      endToEndMsMedian: 229_738.62,
      timeToFirstTokenMsMean: 81_468.7,
      timeToFirstTokenMsMedian: 42_949.64,
      timeToFirstTokenMsP99: 232_866.49,
      timePerOutputTokenMsMean: 181.91,
      timePerOutputTokenMsMedian: 133.67,
      timePerOutputTokenMsP99: 738.82,
      interTokenMsMean: 128.6,
      interTokenMsMedian: 99.68,
      interTokenMsP99: 418.23,
    },
  },
  {
    name: 'vllm-0.5.5',
    title: 'vLLM 0.5.5',
    setup: PUBLISHED_SETUP,
    figures: {
      completedRequests: 997,
      durationSeconds: 422.29,
      inputTokens: 2_024_829,
      outputTokens: 1_027_062,
      retokenizedTokens: 1_023_829,
      requestThroughput: 2.36,
      inputThroughput: 4794.89,
      outputThroughput: 2432.13,
      endToEndMsMean: 246_100.5,
      endToEndMsMedian: 251_221.21,
      timeToFirstTokenMsMean: 151_387.69,
      timeToFirstTokenMsMedian: 154_039.37,
      timeToFirstTokenMsP99: 342_580.1,
      timePerOutputTokenMsMean: 108.52,
      timePerOutputTokenMsMedian: 97,
      timePerOutputTokenMsP99: 272.84,
      interTokenMsMean: 92.42,
      interTokenMsMedian: 89.97,
      interTokenMsP99: 195.94,
    },
  },
];

/** The compared figures of a run of ours. */
export function figuresOf(measures: Measures): Readonly<Record<ComparedFigure, number>> {
  const { endToEndMs, timeToFirstTokenMs, timePerOutputTokenMs, interTokenMs } = measures;
  return {
    completedRequests: measures.completedRequests,
    durationSeconds: measures.durationSeconds,
    inputTokens: measures.inputTokens,
    outputTokens: measures.outputTokens,
    retokenizedTokens: measures.retokenizedTokens,
    requestThroughput: measures.requestThroughput,
    inputThroughput: measures.inputThroughput,
    outputThroughput: measures.outputThroughput,
    endToEndMsMean: endToEndMs.mean,
    endToEndMsMedian: endToEndMs.median,
    timeToFirstTokenMsMean: timeToFirstTokenMs.mean,
    timeToFirstTokenMsMedian: timeToFirstTokenMs.median,
    timeToFirstTokenMsP99: timeToFirstTokenMs.p99,
    timePerOutputTokenMsMean: timePerOutputTokenMs.mean,
    timePerOutputTokenMsMedian: timePerOutputTokenMs.median,
    timePerOutputTokenMsP99: timePerOutputTokenMs.p99,
    interTokenMsMean: interTokenMs.mean,
    interTokenMsMedian: interTokenMs.median,
    interTokenMsP99: interTokenMs.p99,
  };
}

/** Keys of the reference's result file, by the figures that they hold. */
const resultKeys: Readonly<Record<ComparedFigure, string>> = {
  completedRequests: 'completed',
  durationSeconds: 'duration',
  inputTokens: 'total_input_tokens',
  outputTokens: 'total_output_tokens',
  retokenizedTokens: 'total_output_tokens_retokenized',
  requestThroughput: 'request_throughput',
  inputThroughput: 'input_throughput',
  outputThroughput: 'output_throughput',
  endToEndMsMean: 'mean_e2e_latency_ms',
  endToEndMsMedian: 'median_e2e_latency_ms',
  timeToFirstTokenMsMean: 'mean_ttft_ms',
  timeToFirstTokenMsMedian: 'median_ttft_ms',
  timeToFirstTokenMsP99: 'p99_ttft_ms',
  timePerOutputTokenMsMean: 'mean_tpot_ms',
  timePerOutputTokenMsMedian: 'median_tpot_ms',
  timePerOutputTokenMsP99: 'p99_tpot_ms',
  interTokenMsMean: 'mean_itl_ms',
  interTokenMsMedian: 'median_itl_ms',
  interTokenMsP99: 'p99_itl_ms',
};

/** The compared figures of a parsed result line, of any layout; what it does not tell is left out. */
export function figuresOfResult(result: Readonly<Record<string, unknown>>): ComparedFigures {
  const figures: Partial<Record<ComparedFigure, number>> = {};
  for (const figure of comparedFigures) {
    const value = result[resultKeys[figure]];
    if (typeof value === 'number') figures[figure] = value;
  }
  return figures;
}
