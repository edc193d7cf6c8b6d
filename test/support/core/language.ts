/** What a model says after a prompt: each token follows from all before it, so that one wrong id changes all the rest. */
export interface Saying {
  readonly ids: readonly number[];
  readonly finish: 'stop' | 'length';
}

const BASIS = 2_166_136_261;
const PRIME = 16_777_619;
const VOCABULARY = 30_000;
/** One token in so many ends an answer. */
const ENDS_ONE_IN = 71;

/** The ids of a prompt of text: one a word. */
export function idsOf(prompt: string): readonly number[] {
  return prompt.split(' ').map((word) => idFrom(Array.from(word).reduce(fold, BASIS)));
}

/** The answer to a prompt of ids, of at most `tokensMax` tokens. */
export function saying(prompt: readonly number[], tokensMax: number): Saying {
  let state = prompt.reduce(mixed, BASIS);
  const ids: number[] = [];
  while (ids.length < tokensMax) {
    const id = idFrom(state);
    ids.push(id);
    state = mixed(state, id);
    if (state % ENDS_ONE_IN === 0) return { ids, finish: 'stop' };
  }
  return { ids, finish: 'length' };
}

/** A token as text. */
export function wordOf(id: number): string {
  return ` w${id}`;
}

function fold(state: number, character: string): number {
  return mixed(state, character.codePointAt(0) ?? 0);
}

function mixed(state: number, value: number): number {
  return Math.imul(state ^ value, PRIME) >>> 0;
}

function idFrom(state: number): number {
  return 1 + ((state >>> 3) % VOCABULARY);
}
