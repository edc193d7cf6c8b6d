import {
  cachedTokensOf,
  type Choice,
  completionTokensOf,
  type Generation,
  promptTokensOf,
} from '../generation.ts';
import { doneEvent, matchedJson, openChunk, usageCounts, wholeText } from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { sglangUsage, weightVersions } from './sglang-pieces.ts';

/** `/v1/chat/completions` of SGLang 0.5.23: the finish of each choice stands in a chunk of its own, at the very end. */
export const sglangCurrentChat: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const opens = choices.map(({ id }) => openChunk('chat.completion.chunk', id, generation));
  const lastOpen = opens.at(-1) ?? '';
  const ends = '"logprobs":null,"finish_reason":null,"matched_stop":null}]';

  const usage = (counts: string, cached: number): string =>
    `,"usage":{${counts},"prompt_tokens_details":{"cached_tokens":${cached}},"reasoning_tokens":0,"completion_tokens_details":null}`;
  const content = (choice: Choice, from: number, to: number): string => {
    const text = choice.answer.text(from, to);
    const counts = request.continuousUsage
      ? usage(usageCounts(choice.prompt.ids.length, to), generation.cachedTokens(choice))
      : '';
    return `${opens[choice.index]}{"index":${choice.index},"delta":{"reasoning_content":null,"content":"${text}"},${ends}${counts}}\n\n`;
  };
  const finish = (choice: Choice): string => {
    const { reason, matched } = generation.finish(choice);
    return `${lastOpen}{"index":${choice.index},"delta":{"reasoning_content":null},"logprobs":null,"finish_reason":"${reason}","matched_stop":${matchedJson(matched)}}]}\n\n`;
  };

  return {
    opening: (choice) =>
      `${opens[choice.index]}{"index":${choice.index},"delta":{"reasoning_content":null,"role":"assistant","content":""},${ends}}\n\n`,
    content,
    // A last token that shows nothing has no chunk.
    last: (choice, from, to) =>
      choice.answer.text(from, to) === '' ? '' : content(choice, from, to),
    closing() {
      const finishes = choices.map(finish).join('');
      if (!request.includeUsage) return finishes + doneEvent;
      const counts = usageCounts(promptTokensOf(generation), completionTokensOf(generation));
      return `${finishes}${lastOpen}]${usage(counts, cachedTokensOf(generation))}}\n\n${doneEvent}`;
    },
  };
}

function writeWhole(generation: Generation): string {
  return JSON.stringify({
    id: generation.id,
    object: 'chat.completion',
    created: generation.createdSeconds,
    model: generation.model,
    choices: generation.choices.map((choice) => {
      const { reason, matched } = generation.finish(choice);
      return {
        index: choice.index,
        message: {
          role: 'assistant',
          content: wholeText(generation, choice),
          reasoning_content: null,
        },
        logprobs: null,
        finish_reason: reason,
        matched_stop: matched ?? null,
      };
    }),
    usage: sglangUsage(generation),
    metadata: { weight_version: 'default', weight_versions: weightVersions(generation) },
  });
}
