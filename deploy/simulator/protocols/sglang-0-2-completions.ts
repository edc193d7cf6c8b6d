import { type Choice, completionTokensOf, type Generation, promptTokensOf } from '../generation.ts';
import { chunkText, doneEvent, openChunk, usageObject, wholeText } from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { sglang02UsageEvent } from './sglang-pieces.ts';

/** `/v1/completions` of SGLang 0.2.14. */
export const sglang02Completions: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const opens = choices.map(({ id }) => openChunk('text_completion', id, generation));
  const chunk = (choice: Choice, from: number, to: number, finish: string): string => {
    const text = chunkText(generation, choice, from, to);
    return `${opens[choice.index]}{"index":${choice.index},"text":"${text}","logprobs":null,"finish_reason":${finish}}],"usage":null}\n\n`;
  };

  return {
    opening: () => '',
    content: (choice, from, to) => chunk(choice, from, to, 'null'),
    last: (choice, from, to) => chunk(choice, from, to, `"${generation.finish(choice).reason}"`),
    closing: () => (request.includeUsage ? sglang02UsageEvent(generation) + doneEvent : doneEvent),
  };
}

function writeWhole(generation: Generation): string {
  return JSON.stringify({
    id: generation.choices[0]?.id,
    object: 'text_completion',
    created: generation.createdSeconds,
    model: generation.model,
    choices: generation.choices.map((choice) => ({
      index: choice.index,
      text: wholeText(generation, choice),
      logprobs: null,
      finish_reason: generation.finish(choice).reason,
    })),
    usage: usageObject(promptTokensOf(generation), completionTokensOf(generation)),
  });
}
