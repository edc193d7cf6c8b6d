import type { Speed } from '../replica.ts';

/** What a replica did between two looks, while it always had work. */
export interface WorkSample {
  readonly elapsedMs: number;
  /** Decode steps: the tokens of a stream that decoded all the while. */
  readonly steps: number;
  /** Output tokens of all streams together. */
  readonly outputTokens: number;
  /** Prompt tokens whose prefill ended in this time. */
  readonly prefillTokens: number;
  /** KV tokens held, about the middle of the time. */
  readonly kvTokens: number;
}

/** Time after which a sample counts for 1/e in the proportions of the terms, which hardly change. */
const PROPORTIONS_MEMORY_MS = 30_000;

/** The same for the pace of all of them: a replica that turns slow is seen within seconds. */
const PACE_MEMORY_MS = 3000;

/** Share of the prior's proportions in the fit: what samples cannot tell apart keeps them. */
const PRIOR_SHARE = 0.0005;

/** Work that the prior's own pace counts for, before the replica has shown its own. */
const PRIOR_WEIGHT_MS = 50;

/** No term is taken to be further from its prior than this. */
const FACTOR_MAX = 1000;

/** Passes over the four terms; they settle in fewer. */
const PASSES = 24;

const TERMS = 4;
const BASE = 0;
const PER_REQUEST = 1;
const PER_KV_TOKEN = 2;
const PREFILL = 3;

/**
 * A replica's speed, fitted on what it does. Between two looks
 *
 *     elapsed = steps · (base + perRequest · requests + perKvToken · kvTokens) + prefillTokens / rate
 *
 * (steps · requests = output tokens), the step time of peers' calibrated models, where prefills stall
 * decoding or share its steps alike. Each term is fitted as a factor on its prior, by least squares with
 * exponential forgetting on the time over the prior's time; a ridge holds the factors together. All of
 * them together follow a quick mean of what the last samples took over what the fit makes of them.
 */
export class SpeedFit implements Speed {
  readonly #prior: Speed;
  /** Sums of products of the terms' shares of the prior's time, and of their products with the pace. */
  readonly #products: Float64Array = new Float64Array(TERMS * TERMS);
  readonly #sums: Float64Array = new Float64Array(TERMS);
  readonly #factors: Float64Array = new Float64Array(TERMS).fill(1);
  /** Work seen, in milliseconds at the prior's pace: what each sample weighs. */
  #weight = PRIOR_WEIGHT_MS;
  #weightedPaces = PRIOR_WEIGHT_MS;
  /** Logarithm of the time of the last samples over the fit's time for them. */
  #logPace = 0;
  #pace = 1;

  /** Begins as fast as `prior`, a preset or the fit of the fleet. */
  constructor(prior: Speed) {
    this.#prior = prior;
  }

  get prefillTokensPerSecond(): number {
    return this.#prior.prefillTokensPerSecond / this.#factor(PREFILL);
  }

  get decodeStepMs(): number {
    return this.#prior.decodeStepMs * this.#factor(BASE);
  }

  get decodeStepMsPerRequest(): number {
    return this.#prior.decodeStepMsPerRequest * this.#factor(PER_REQUEST);
  }

  get decodeStepMsPerKvToken(): number {
    return this.#prior.decodeStepMsPerKvToken * this.#factor(PER_KV_TOKEN);
  }

  /** Takes in one sample. One of no work, of no time, or out of all proportion says nothing. */
  learn(sample: WorkSample): void {
    const terms = termsOf(sample, this.#prior);
    const priorMs = terms.reduce((sum, term) => sum + term, 0);
    const priorPace = sample.elapsedMs / priorMs;
    if (!(priorPace > 1 / FACTOR_MAX && priorPace < FACTOR_MAX)) return;
    const shares = terms.map((term) => term / priorMs);
    this.#forget(Math.exp(-sample.elapsedMs / PROPORTIONS_MEMORY_MS));
    this.#learnProportions(shares, priorPace, priorMs);
    const fitted = shares.reduce((sum, share, term) => sum + share * at(this.#factors, term), 0);
    const kept = Math.exp(-sample.elapsedMs / PACE_MEMORY_MS);
    this.#logPace = kept * this.#logPace + (1 - kept) * Math.log(priorPace / fitted);
    this.#pace = Math.exp(this.#logPace);
  }

  #factor(term: number): number {
    return at(this.#factors, term) * this.#pace;
  }

  #forget(kept: number): void {
    for (const sums of [this.#sums, this.#products]) {
      for (const [index, sum] of sums.entries()) sums[index] = kept * sum;
    }
    this.#weight *= kept;
    this.#weightedPaces *= kept;
  }

  #learnProportions(shares: readonly number[], priorPace: number, weight: number): void {
    for (const [row, share] of shares.entries()) {
      this.#sums[row] = at(this.#sums, row) + weight * share * priorPace;
      for (const [column, other] of shares.entries()) {
        const place = row * TERMS + column;
        this.#products[place] = at(this.#products, place) + weight * share * other;
      }
    }
    this.#weight += weight;
    this.#weightedPaces += weight * priorPace;
    this.#solve();
  }

  /** Minimises the squared errors plus the ridge, one factor after the other, none below 0. */
  #solve(): void {
    const pace = this.#weightedPaces / this.#weight;
    const ridge = PRIOR_SHARE * this.#weight;
    for (let pass = 0; pass < PASSES; pass++) {
      for (let row = 0; row < TERMS; row++) {
        const own = at(this.#products, row * TERMS + row);
        const unexplained =
          at(this.#sums, row) - this.#explained(row) + own * at(this.#factors, row);
        this.#factors[row] = clamp((unexplained + ridge * pace) / (own + ridge));
      }
    }
  }

  #explained(row: number): number {
    let sum = 0;
    for (let column = 0; column < TERMS; column++) {
      sum += at(this.#products, row * TERMS + column) * at(this.#factors, column);
    }
    return sum;
  }
}

/** What each term of the model takes at the prior's pace, in milliseconds. */
function termsOf(
  { steps, outputTokens, prefillTokens, kvTokens }: WorkSample,
  prior: Speed,
): readonly number[] {
  return [
    steps * prior.decodeStepMs,
    outputTokens * prior.decodeStepMsPerRequest,
    steps * kvTokens * prior.decodeStepMsPerKvToken,
    (1000 * prefillTokens) / prior.prefillTokensPerSecond,
  ];
}

function clamp(factor: number): number {
  return Math.min(Math.max(factor, 1 / FACTOR_MAX), FACTOR_MAX);
}

/** Indices here are always within bounds; the compiler cannot know. */
function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
