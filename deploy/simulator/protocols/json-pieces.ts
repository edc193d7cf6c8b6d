import { asciiJson } from '../ascii-json.ts';
import type { Choice, Generation } from '../generation.ts';

/** What every event stream ends with. */
export const doneEvent = 'data: [DONE]\n\n';

/** A chunk of OpenAI's shape up to its choices. */
export function openChunk(
  object: 'chat.completion.chunk' | 'text_completion',
  id: string,
  { createdSeconds, model }: Generation,
): string {
  return `data: {"id":${asciiJson(id)},"object":"${object}","created":${createdSeconds},"model":${asciiJson(model)},"choices":[`;
}

/** The three counts that every usage object starts with. */
export function usageCounts(promptTokens: number, completionTokens: number): string {
  return `"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},"completion_tokens":${completionTokens}`;
}

/** The text of tokens `from` up to `to`, escaped, with the prompt before it when that is to be echoed. */
export function chunkText(
  { request }: Generation,
  choice: Choice,
  from: number,
  to: number,
): string {
  const text = choice.answer.text(from, to);
  if (from > 0 || !request.echo) return text;
  return asciiJson(choice.prompt.text()).slice(1, -1) + text;
}

/** The whole text of a choice, with the prompt before it when that is to be echoed. */
export function wholeText(generation: Generation, choice: Choice): string {
  const text = choice.answer.text(0, generation.tokens(choice));
  return generation.request.echo ? choice.prompt.text() + text : text;
}

/** What matched a stop, or null. */
export function matchedJson(matched: string | number | undefined): string {
  return matched === undefined ? 'null' : asciiJson(matched);
}

/** A list of ids, or null when there is none to tell. */
export function idsJson(ids: readonly number[] | undefined): string {
  return ids === undefined ? 'null' : `[${ids.join(',')}]`;
}

/** The same three counts as an object that goes on. */
export function usageObject(
  promptTokens: number,
  completionTokens: number,
): { prompt_tokens: number; total_tokens: number; completion_tokens: number } {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
  };
}
