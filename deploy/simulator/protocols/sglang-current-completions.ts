import {
  cachedTokensOf,
  type Choice,
  completionTokensOf,
  type Generation,
  promptTokensOf,
} from '../generation.ts';
import {
  chunkText,
  doneEvent,
  idsJson,
  matchedJson,
  openChunk,
  usageCounts,
  wholeText,
} from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { sglangUsage, weightVersions } from './sglang-pieces.ts';

/** `/v1/completions` of SGLang 0.5.23: the finish stands in the last content chunk. */
export const sglangCurrentCompletions: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const opens = choices.map(({ id }) => openChunk('text_completion', id, generation));

  const usage = ({ prompt }: Choice, tokens: number): string =>
    request.continuousUsage
      ? `{${usageCounts(prompt.ids.length, tokens)},"prompt_tokens_details":null,"reasoning_tokens":0,"completion_tokens_details":null}`
      : 'null';
  const tokenIds = (choice: Choice, from: number, to: number): string => {
    if (!request.returnTokenIds) return '';
    const prompt = from === 0 ? `,"prompt_token_ids":${idsJson(choice.prompt.ids)}` : '';
    return `,"token_ids":${idsJson(choice.answer.ids(from, to))}${prompt}`;
  };
  const chunk = (choice: Choice, from: number, to: number, finish: string): string => {
    const text = chunkText(generation, choice, from, to);
    return `${opens[choice.index]}{"index":${choice.index},"text":"${text}","logprobs":null,${finish}${tokenIds(choice, from, to)}}],"usage":${usage(choice, to)}}\n\n`;
  };

  return {
    opening: () => '',
    content: (choice, from, to) =>
      chunk(choice, from, to, '"finish_reason":null,"matched_stop":null'),
    last(choice, from, to) {
      const { reason, matched } = generation.finish(choice);
      const stop = matchedJson(matched);
      return chunk(choice, from, to, `"finish_reason":"${reason}","matched_stop":${stop}`);
    },
    closing() {
      if (!request.includeUsage) return doneEvent;
      const counts = usageCounts(promptTokensOf(generation), completionTokensOf(generation));
      const details = `{"cached_tokens":${cachedTokensOf(generation)}}`;
      return `${opens.at(-1)}],"usage":{${counts},"prompt_tokens_details":${details},"reasoning_tokens":0}}\n\n${doneEvent}`;
    },
  };
}

function writeWhole(generation: Generation): string {
  return JSON.stringify({
    id: generation.id,
    object: 'text_completion',
    created: generation.createdSeconds,
    model: generation.model,
    choices: generation.choices.map((choice) => {
      const { reason, matched } = generation.finish(choice);
      return {
        index: choice.index,
        text: wholeText(generation, choice),
        logprobs: null,
        finish_reason: reason,
        matched_stop: matched ?? null,
      };
    }),
    usage: sglangUsage(generation),
    metadata: { weight_version: 'default', weight_versions: weightVersions(generation) },
  });
}
