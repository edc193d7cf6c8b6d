import { markers } from '../tokens.ts';

/** What vLLM tells of a stop: the text or token that the client named, and nothing of the model's own end. */
export function vllmStop(matched: string | number | undefined): string | number | undefined {
  return matched === markers.endOfTurn ? undefined : matched;
}
