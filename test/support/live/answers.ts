import type OpenAI from 'openai';

import type { ChatMessage } from '../../../deploy/simulator/chat-template.ts';
import { chatTokens } from '../../../deploy/simulator/chat-template.ts';
import { checkAnswer, expectedAnswer } from '../../../deploy/simulator/words.ts';

/** Token ids that a simulated replica makes of a conversation. */
export function chatPrompt(messages: readonly ChatMessage[]): readonly number[] {
  return chatTokens(messages, {
    addGenerationPrompt: true,
    continueFinalMessage: false,
    tools: '',
  });
}

/** A conversation of one message. */
export function says(content: string): { role: 'user'; content: string }[] {
  return [{ role: 'user', content }];
}

/** How a simulated replica must answer `prompt`, a text or token ids: so many words. */
export function rightAnswer(
  prompt: string | readonly number[],
  tokens: number,
  choice = 0,
): string {
  return expectedAnswer({ prompt, choice }, tokens);
}

/** Words from the start of `text` that follow rightly from `prompt`; throws where one does not. */
export function rightWords(prompt: string | readonly number[], text: string): number {
  if (text === '') return 0;
  const { words, wrong } = checkAnswer({ prompt }, text);
  if (wrong === undefined) return words;
  throw new Error(`word ${wrong.at} is '${wrong.found}' and has to be '${wrong.expected}'`);
}

/** What became of a stream that a client read to its end, or to where it threw. */
export interface ReadStream {
  /** Text of the first choice. */
  readonly text: string;
  readonly finishReason: string | undefined;
  readonly usage: OpenAI.CompletionUsage | undefined;
  readonly chunks: number;
  /** What the client threw; `undefined` where it took the answer for a whole one. */
  readonly thrown: unknown;
}

type Chunk = OpenAI.ChatCompletionChunk | OpenAI.Completion;

/** Reads a stream of the official client, chat or completions, as far as it goes. Never rejects. */
export async function readStream(opening: PromiseLike<AsyncIterable<Chunk>>): Promise<ReadStream> {
  let text = '';
  let finishReason: string | undefined;
  let usage: OpenAI.CompletionUsage | undefined;
  let chunks = 0;
  let thrown: unknown;
  try {
    for await (const chunk of await opening) {
      chunks += 1;
      usage = chunk.usage ?? usage;
      const choice = chunk.choices.find(({ index }) => index === 0);
      if (choice === undefined) continue;
      text += 'delta' in choice ? (choice.delta.content ?? '') : choice.text;
      finishReason = choice.finish_reason ?? finishReason;
    }
  } catch (error) {
    thrown = error;
  }
  return { text, finishReason, usage, chunks, thrown };
}
