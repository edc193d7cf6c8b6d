import type { AnswerEnd } from '../dialects/dialect.ts';
import type { GenerateRequest, Usage } from '../generation/request.ts';

/** What a tally has to know of a request. */
export type Tallied = Pick<GenerateRequest, 'choices' | 'prompts'>;

/** Where counts are read from. */
export type Counted = Pick<AnswerEnd, 'usage' | 'choiceUsages'>;

/**
 * Adds up the counts of an answer whose choices are counted one by one. The choices of one prompt follow each
 * other, and each tells that prompt's tokens, which count once.
 */
export class UsageTally {
  readonly #request: Tallied;
  readonly #choices = new Map<number, Usage>();

  constructor(request: Tallied) {
    this.#request = request;
  }

  /** Takes an end in; the counts of the answer, or `undefined` while those of a choice are missing. */
  add({ usage, choiceUsages }: Counted): Usage | undefined {
    if (choiceUsages === undefined) return usage;
    for (const [choice, counts] of choiceUsages) {
      if (choice < this.#request.choices) this.#choices.set(choice, counts);
    }
    return this.#choices.size < this.#request.choices ? undefined : this.#sum();
  }

  #sum(): Usage {
    const choicesPerPrompt = this.#request.choices / this.#request.prompts;
    let promptTokens = 0;
    let outputTokens = 0;
    let cachedTokens: number | undefined;
    for (const [choice, counts] of this.#choices) {
      outputTokens += counts.outputTokens;
      if (choice % choicesPerPrompt !== 0) continue;
      promptTokens += counts.promptTokens;
      if (counts.cachedTokens !== undefined)
        cachedTokens = (cachedTokens ?? 0) + counts.cachedTokens;
    }
    return { promptTokens, outputTokens, cachedTokens };
  }
}
