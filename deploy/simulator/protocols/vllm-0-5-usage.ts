import type { Generation } from '../generation.ts';

/** vLLM 0.5.5 counts only one choice in the last usage frame of a stream, the one that ended last. */
export function lastChoiceTokens(generation: Generation): number {
  const last = generation.choices.at(-1);
  return last === undefined ? 0 : generation.tokens(last);
}
