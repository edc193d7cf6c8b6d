import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashName } from './content-hash.ts';
import { shuffledWords } from './words.ts';

/** A stretch of a prompt. Stretches of one `content` are the same words, as far as both reach. */
export interface PromptSegment {
  readonly content: string;
  readonly tokens: number;
}

/** What a prompt is made of; the words themselves are made when it is sent. */
export type PromptPlan =
  | { readonly kind: 'words'; readonly segments: readonly PromptSegment[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'token-ids'; readonly first: number; readonly vocabularySize: number };

/** A prompt as it goes on the wire. */
export type Prompt = string | readonly number[];

/** Makes the prompts of one run. Equal seeds make equal prompts. */
export class PromptMaker {
  readonly #words: readonly string[];

  constructor(seed: number) {
    this.#words = shuffledWords(seed);
  }

  /** A prompt of `tokens` tokens; never empty, since engines refuse an empty prompt. */
  make(plan: PromptPlan, tokens: number): Prompt {
    if (plan.kind === 'text') return plan.text;
    if (plan.kind === 'token-ids') return consecutiveIds(plan, tokens);
    return this.#text(plan.segments);
  }

  #text(segments: readonly PromptSegment[]): string {
    const chosen: string[] = [];
    for (const { content, tokens } of segments) {
      const random = xoroshiro128plus(hashName(content));
      for (let made = 0; made < tokens; made += 1) {
        chosen.push(this.#word(random.next()));
      }
    }
    return chosen.length === 0 ? this.#word(0) : chosen.join(' ');
  }

  #word(draw: number): string {
    return this.#words[(draw >>> 0) % this.#words.length] ?? '';
  }
}

/** The reference's `random-ids`: a run of consecutive ids, wrapped at the end of the vocabulary. */
function consecutiveIds(
  { first, vocabularySize }: { readonly first: number; readonly vocabularySize: number },
  tokens: number,
): readonly number[] {
  return Array.from({ length: Math.max(1, tokens) }, (_, step) => (first + step) % vocabularySize);
}
