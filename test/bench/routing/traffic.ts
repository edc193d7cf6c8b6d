import type { PromptSegment } from '../../../gateway/replay/prompt.ts';
import { NumpyRandom } from '../../../gateway/replay/numpy-random.ts';
import type { WorkloadRequest } from '../../../gateway/replay/workload.ts';

/** What is sent in one run. */
export interface Traffic {
  readonly own: readonly WorkloadRequest[];
  /** Of another gateway, unseen but for the gauges. */
  readonly hidden: readonly WorkloadRequest[];
  /** Requests that arrive before it fill the fleet and are not judged. */
  readonly warmUpMs: number;
  /** When the last request arrives. */
  readonly arrivalsEndMs: number;
}

/** How long one request is. */
export interface Lengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** Lengths at two quantiles, each 0 up to 1: of prompts, and of outputs. */
export type DrawLengths = (prompt: number, output: number) => Lengths;

const between = (low: number, high: number, quantile: number): number =>
  low + Math.floor(quantile * (high + 1 - low));

/** Prompts of 1 to 4096 and outputs of 1 to 2048 tokens, evenly, as the published runs have them. */
export const publishedLengths: DrawLengths = (prompt, output) => ({
  promptTokens: between(1, 4096, prompt),
  outputTokens: between(1, 2048, output),
});

/** All alike: two of them make one prefill step. */
export const equalLengths: DrawLengths = () => ({ promptTokens: 4096, outputTokens: 512 });

/** Share of short chats among the documents. */
const CHAT_SHARE = 0.9;

/** Nine short chats to one document of 16k to 64k tokens. */
export const heavyTail: DrawLengths = (prompt, output) => {
  if (prompt < CHAT_SHARE) {
    return {
      promptTokens: between(50, 1000, prompt / CHAT_SHARE),
      outputTokens: between(50, 500, output),
    };
  }
  const within = (prompt - CHAT_SHARE) / (1 - CHAT_SHARE);
  return { promptTokens: between(16_384, 65_536, within), outputTokens: between(200, 800, output) };
};

/**
 * Lengths of so many requests, in an order of chance, one of each part of the distribution: every seed
 * brings the same work to within a part, so that a share of capacity is that share.
 */
function drawAll(count: number, draw: DrawLengths, random: NumpyRandom): readonly Lengths[] {
  const prompts = quantiles(count, random);
  const outputs = quantiles(count, random);
  return Array.from(prompts, (prompt, index) => draw(prompt, outputs[index] ?? 0));
}

function quantiles(count: number, random: NumpyRandom): Float64Array {
  const all = Float64Array.from({ length: count }, (_, index) => (index + random.double()) / count);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = random.integer(0, last + 1);
    [all[last], all[other]] = [all[other] ?? 0, all[last] ?? 0];
  }
  return all;
}

/** A request whose prompt is its own. */
function single(index: number, arrivalMs: number, lengths: Lengths): WorkloadRequest {
  const segments = [{ content: `request ${index}`, tokens: lengths.promptTokens }];
  return { index, arrivalMs, ...lengths, prompt: { kind: 'words', segments } };
}

/** A request whose prompt is made of stretches that others share. */
export function sharing(
  index: number,
  arrivalMs: number,
  segments: readonly PromptSegment[],
  outputTokens: number,
): WorkloadRequest {
  const promptTokens = segments.reduce((sum, { tokens }) => sum + tokens, 0);
  return { index, arrivalMs, promptTokens, outputTokens, prompt: { kind: 'words', segments } };
}

/** Everything at the first moment. */
export function burst(count: number, draw: DrawLengths, seed: number): Traffic {
  const random = new NumpyRandom(seed);
  const own = drawAll(count, draw, random).map((lengths, index) => single(index, 0, lengths));
  return { own, hidden: [], warmUpMs: 0, arrivalsEndMs: 0 };
}

/** What a Poisson stream is drawn with. */
export interface PoissonPlan {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** Share of the requests that arrive before the judged ones. */
  readonly warmUpShare: number;
  readonly seed: number;
}

/**
 * A Poisson stream of so many requests in the time that they take at `rate`: given their number, its
 * arrivals lie evenly by chance. So each seed offers the same load, and bursts stay as they are.
 */
export function poisson(
  { requests, rate, warmUpShare, seed }: PoissonPlan,
  make: (index: number, arrivalMs: number, random: NumpyRandom) => WorkloadRequest,
): Traffic {
  const random = new NumpyRandom(seed);
  const arrivalsEndMs = (requests / rate) * 1000;
  const arrivals = Float64Array.from({ length: requests }, () => random.double()).sort();
  const own = Array.from(arrivals, (share, index) => make(index, share * arrivalsEndMs, random));
  return { own, hidden: [], warmUpMs: arrivalsEndMs * warmUpShare, arrivalsEndMs };
}

/** The same of requests that share nothing. */
export function poissonOf(draw: DrawLengths, plan: PoissonPlan): Traffic {
  const lengths = drawAll(plan.requests, draw, new NumpyRandom(plan.seed + LENGTHS_SEED));
  return poisson(plan, (index, arrivalMs) =>
    single(index, arrivalMs, lengths[index] ?? { promptTokens: 1, outputTokens: 1 }),
  );
}

/** Apart from the seeds of arrivals. */
const LENGTHS_SEED = 1_000_000;

/** The same with half of the requests, by chance, going another way. */
export function halfHidden(traffic: Traffic, seed: number): Traffic {
  const random = new NumpyRandom(seed);
  const own: WorkloadRequest[] = [];
  const hidden: WorkloadRequest[] = [];
  for (const request of traffic.own) (random.double() < 0.5 ? own : hidden).push(request);
  return { ...traffic, own, hidden };
}
