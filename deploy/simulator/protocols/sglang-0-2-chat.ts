import { type Choice, completionTokensOf, type Generation, promptTokensOf } from '../generation.ts';
import { doneEvent, openChunk, usageObject, wholeText } from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { sglang02UsageEvent } from './sglang-pieces.ts';

/** `/v1/chat/completions` of SGLang 0.2.14, which writes its nulls and shows a finish twice when it comes at once. */
export const sglang02Chat: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const opens = choices.map(({ id }) => openChunk('chat.completion.chunk', id, generation));
  const finishOf = (choice: Choice, to: number): string =>
    to < choice.answer.tokens ? 'null' : `"${generation.finish(choice).reason}"`;
  const chunk = (choice: Choice, delta: string, finish: string): string =>
    `${opens[choice.index]}{"index":${choice.index},"delta":{${delta}},"logprobs":null,"finish_reason":${finish}}],"usage":null}\n\n`;
  const content = (choice: Choice, from: number, to: number, finish: string): string =>
    chunk(choice, `"role":null,"content":"${choice.answer.text(from, to)}"`, finish);

  return {
    opening: (choice) =>
      chunk(
        choice,
        '"role":"assistant","content":null',
        finishOf(choice, generation.tokens(choice)),
      ),
    content: (choice, from, to) => content(choice, from, to, 'null'),
    last: (choice, from, to) => content(choice, from, to, `"${generation.finish(choice).reason}"`),
    closing: () => (request.includeUsage ? sglang02UsageEvent(generation) + doneEvent : doneEvent),
  };
}

function writeWhole(generation: Generation): string {
  return JSON.stringify({
    id: generation.choices[0]?.id,
    object: 'chat.completion',
    created: generation.createdSeconds,
    model: generation.model,
    choices: generation.choices.map((choice) => ({
      index: choice.index,
      message: { role: 'assistant', content: wholeText(generation, choice) },
      logprobs: null,
      finish_reason: generation.finish(choice).reason,
    })),
    usage: usageObject(promptTokensOf(generation), completionTokensOf(generation)),
  });
}
