import { NumpyRandom } from '../numpy-random.ts';
import type { PromptPlan } from '../prompt.ts';
import type { RuleSet, Workload, WorkloadRequest } from '../workload.ts';

/** The flags of the reference benchmark that shape a random workload. */
export interface RandomWorkloadOptions {
  readonly dataset: 'random' | 'random-ids';
  readonly rules: RuleSet;
  readonly requests: number;
  /** Longest prompt and longest output, in tokens. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Shortest length as a share of the longest: 0 to 1. */
  readonly rangeRatio: number;
  /** Requests a second; `Infinity` sends all at once. */
  readonly requestRate: number;
  readonly seed: number;
  /** Ids that `random-ids` draws from. */
  readonly vocabularySize: number;
  /** Tokens that the model's tokenizer adds to each text, which the current rules take off its length. */
  readonly specialTokens: number;
}

/** The published run: 1000 requests of up to 4096 + 2048 tokens, all at once. */
export const publishedRandomOptions: RandomWorkloadOptions = {
  dataset: 'random',
  rules: '0.2.14',
  requests: 1000,
  inputTokens: 4096,
  outputTokens: 2048,
  rangeRatio: 0,
  requestRate: Infinity,
  seed: 1,
  // Llama-3: 128,000 ids without its special ones, and one of those, begin-of-text, before each text.
  vocabularySize: 128_000,
  specialTokens: 1,
};

/**
 * The reference's `random` and `random-ids`, bit for bit. One generator gives all input lengths,
 * then all output lengths, then the offsets, then the gaps: the order is part of the result.
 */
export function randomWorkload(options: RandomWorkloadOptions): Workload {
  const random = new NumpyRandom(options.seed);
  const inputs = drawLengths(random, options.requests, inputBounds(options));
  const outputs = drawLengths(random, options.requests, outputBounds(options));
  const offsets =
    options.dataset === 'random-ids'
      ? drawLengths(random, options.requests, [0, options.vocabularySize])
      : [];
  const arrivals = drawArrivals(random, options.requests, options.requestRate);
  const requests = inputs.map((drawn, index): WorkloadRequest => {
    const promptTokens = sentTokens(drawn, options);
    return {
      index,
      arrivalMs: arrivals[index] ?? 0,
      promptTokens,
      outputTokens: outputs[index] ?? 0,
      prompt: planPrompt(index, promptTokens, offsets[index], options.vocabularySize),
    };
  });
  return {
    dataset: options.dataset,
    requests,
    requestRate: options.requestRate,
    shape: {
      randomInputTokens: options.inputTokens,
      randomOutputTokens: options.outputTokens,
      randomRangeRatio: options.rangeRatio,
    },
  };
}

/** True for the very requests of the published runs, whatever the flags that led to them. */
export function isPublishedWorkload({ dataset, requests, requestRate, shape }: Workload): boolean {
  const { inputTokens, outputTokens, rangeRatio } = publishedRandomOptions;
  if (dataset !== 'random' || requestRate !== Infinity) return false;
  if (shape.randomInputTokens !== inputTokens || shape.randomOutputTokens !== outputTokens) {
    return false;
  }
  if (shape.randomRangeRatio !== rangeRatio) return false;
  const published = randomWorkload(publishedRandomOptions);
  return (
    requests.length === published.requests.length &&
    published.requests.every(
      ({ promptTokens, outputTokens: asked }, index) =>
        requests[index]?.promptTokens === promptTokens && requests[index]?.outputTokens === asked,
    )
  );
}

/**
 * Arrival times in milliseconds: the first at 0, then gaps with a mean of 1 / `requestRate` seconds.
 * The reference sleeps gap after gap, so its timers' lateness adds up; these times are absolute.
 */
export function drawArrivals(
  random: NumpyRandom,
  requests: number,
  requestRate: number,
): readonly number[] {
  if (requestRate === Infinity) return Array.from({ length: requests }, () => 0);
  let seconds = 0;
  return Array.from({ length: requests }, () => {
    const arrivalMs = seconds * 1000;
    seconds += random.exponential(1 / requestRate);
    return arrivalMs;
  });
}

/** Half-open bounds of a draw. */
type Bounds = readonly [low: number, high: number];

function inputBounds({ inputTokens, rangeRatio }: RandomWorkloadOptions): Bounds {
  return [Math.max(Math.trunc(inputTokens * rangeRatio), 1), inputTokens + 1];
}

/** Rule set 0.2.14 lets an output of 0 tokens occur; the current one starts at 1. */
function outputBounds({ outputTokens, rangeRatio, rules }: RandomWorkloadOptions): Bounds {
  const low = Math.trunc(outputTokens * rangeRatio);
  return [rules === '0.2.14' ? low : Math.max(low, 1), outputTokens + 1];
}

function drawLengths(random: NumpyRandom, count: number, [low, high]: Bounds): readonly number[] {
  return Array.from({ length: count }, () => random.integer(low, high));
}

/** A prompt keeps one token at least, as in SGLang 0.5.23: engines refuse an empty one. */
function sentTokens(drawn: number, options: RandomWorkloadOptions): number {
  if (options.rules === '0.2.14' || options.dataset === 'random-ids') return drawn;
  return Math.max(1, drawn - options.specialTokens);
}

function planPrompt(
  index: number,
  tokens: number,
  offset: number | undefined,
  vocabularySize: number,
): PromptPlan {
  if (offset === undefined) {
    return { kind: 'words', segments: [{ content: `request ${index}`, tokens }] };
  }
  // The reference starts prompt i at its offset plus i, so that equal offsets still differ.
  return { kind: 'token-ids', first: (offset + index) % vocabularySize, vocabularySize };
}
