import type { Resumption } from '../../gateway/dialects/dialect.ts';
import { openAiCompletions } from '../../gateway/dialects/openai-completions.ts';
import { AnswerNotes, type NotesParts } from '../../gateway/pipeline/answer-notes.ts';
import { textEvent } from './streams.ts';

/** How completions go on. */
export const textResumption: Resumption = openAiCompletions.resumption as Resumption;

/** An event of a completion that tells its ids, and those of the prompt where it is the first. */
export function idsEvent(
  text: string,
  ids: readonly number[],
  promptIds?: readonly number[],
  finishReason: string | null = null,
): string {
  const prompt = promptIds === undefined ? 'null' : JSON.stringify(promptIds);
  const members = `"prompt_token_ids":${prompt},"token_ids":${JSON.stringify(ids)}`;
  return textEvent(text, { finishReason }).replace('"logprobs":null', `"logprobs":null,${members}`);
}

/** Notes by ids with room for a thousand tokens, unless told otherwise. */
export function someNotes(facts: Partial<NotesParts> = {}): AnswerNotes {
  return new AnswerNotes({
    resumption: textResumption,
    readsIds: true,
    keepsText: false,
    tokensMax: 1_000,
    ...facts,
  });
}

/** Takes an event as a relay does; gives what the client gets. */
export function take(notes: AnswerNotes, event: string): string {
  const bytes = Buffer.from(`before${event}`, 'latin1');
  const shown = notes.take(event, bytes, 'before'.length, !event.includes('"text":""'));
  return shown ?? bytes.toString('latin1').slice('before'.length);
}
