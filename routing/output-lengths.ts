import { LRUCache } from 'lru-cache';
import { LengthHistogram } from './structures/length-histogram.ts';

/** What kind of request it is, as far as the length of its answer goes. */
export interface AnswerClass {
  readonly model: string;
  readonly tenant: string;
  readonly promptTokens: number;
  /** The asked maximum; `undefined` where none was asked. */
  readonly outputTokensMax: number | undefined;
}

/** How long an answer will be, as far as is known. */
export interface OutputOutlook {
  /** Tokens that it will have in the end, given that it has produced so many: at least one more. */
  expectedTokens(producedTokens: number): number;
}

/** Length reckoned with before a model has answered once, some ten sentences; it counts as one answer. */
export const OUTPUT_TOKENS_DEFAULT = 256;

/** Answers of the whole model that each class begins with. */
const MODEL_ANSWERS = 4;

/** Classes and models that are remembered, at 1.3 KB each; the least recently used is forgotten. */
const CLASSES_MAX = 4000;

/**
 * Learns how long answers are: for each class of request (model, tenant, asked maximum and prompt by
 * powers of two and four), and for each model, which speaks for a class until that has its own.
 */
export class OutputLengths {
  readonly #histograms = new LRUCache<string, LengthHistogram>({ max: CLASSES_MAX });

  /** Counts a whole answer of so many tokens. */
  learn(answer: AnswerClass, outputTokens: number): void {
    this.#histogramOf(classKey(answer)).learn(outputTokens);
    this.#histogramOf(answer.model).learn(outputTokens);
  }

  /** What is known now of an answer of this class; it goes on learning. */
  outlook(answer: AnswerClass): OutputOutlook {
    const ofClass = this.#histograms.get(classKey(answer));
    const ofModel = this.#histograms.get(answer.model);
    return new LearnedOutlook(ofClass, ofModel, answer.outputTokensMax ?? Infinity);
  }

  #histogramOf(key: string): LengthHistogram {
    const known = this.#histograms.get(key);
    if (known !== undefined) return known;
    const fresh = new LengthHistogram();
    this.#histograms.set(key, fresh);
    return fresh;
  }
}

/** An answer that runs to its maximum, whatever the model says. */
export function exactOutlook(outputTokens: number): OutputOutlook {
  return { expectedTokens: () => outputTokens };
}

class LearnedOutlook implements OutputOutlook {
  readonly #ofClass: LengthHistogram | undefined;
  readonly #ofModel: LengthHistogram | undefined;
  readonly #cap: number;

  constructor(
    ofClass: LengthHistogram | undefined,
    ofModel: LengthHistogram | undefined,
    cap: number,
  ) {
    this.#ofClass = ofClass;
    this.#ofModel = ofModel;
    this.#cap = cap;
  }

  expectedTokens(producedTokens: number): number {
    const cap = this.#cap;
    // Of what nobody has seen: an answer that has gone on for so long will go on for as long again.
    const unseen = Math.min(Math.max(OUTPUT_TOKENS_DEFAULT, 2 * producedTokens), cap);
    const model = this.#ofModel?.longerThan(producedTokens, cap);
    const modelMean = meanWith(model, unseen, 1);
    const own = this.#ofClass?.longerThan(producedTokens, cap);
    const mean = Math.round(meanWith(own, modelMean, MODEL_ANSWERS));
    return Math.min(Math.max(mean, producedTokens + 1), Math.max(cap, producedTokens + 1));
  }
}

function meanWith(
  seen: { readonly weight: number; readonly tokens: number } | undefined,
  prior: number,
  priorWeight: number,
): number {
  if (seen === undefined) return prior;
  return (seen.tokens + priorWeight * prior) / (seen.weight + priorWeight);
}

function classKey({ model, tenant, promptTokens, outputTokensMax }: AnswerClass): string {
  const asked = outputTokensMax === undefined ? '' : Math.round(Math.log2(outputTokensMax + 1));
  const prompt = Math.round(Math.log2(promptTokens + 1) / 2);
  return `${model}\n${tenant}\n${asked}\n${prompt}`;
}
