import type { Generation } from '../generation.ts';
import { markers } from '../tokens.ts';

/** What vLLM tells of a stop: the text or token that the client named, and nothing of the model's own end. */
export function vllmStop(matched: string | number | undefined): string | number | undefined {
  return matched === markers.endOfTurn ? undefined : matched;
}

/** Version and build that vLLM 0.32.0 signs its answers with. */
export const vllmFingerprint = 'vllm-0.32.0-50833822';

/** vLLM 0.5.5 counts only one choice in the last usage frame of a stream: the last. */
export function lastChoiceTokens(generation: Generation): number {
  const last = generation.choices.at(-1);
  return last === undefined ? 0 : generation.tokens(last);
}
