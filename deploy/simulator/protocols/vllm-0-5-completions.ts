import { type Choice, completionTokensOf, type Generation, promptTokensOf } from '../generation.ts';
import {
  chunkText,
  doneEvent,
  matchedJson,
  openChunk,
  usageCounts,
  usageObject,
  wholeText,
} from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { lastChoiceTokens, vllmStop } from './vllm-pieces.ts';

/** `/v1/completions` of vLLM 0.5.5, which writes its nulls. */
export const vllm05Completions: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request } = generation;
  const open = openChunk('text_completion', generation.id, generation);
  const running = '"finish_reason":null,"stop_reason":null';

  const chunk = (choice: Choice, from: number, to: number, finish: string): string => {
    const text = chunkText(generation, choice, from, to);
    const usage = request.continuousUsage
      ? `{${usageCounts(choice.prompt.ids.length, to)}}`
      : 'null';
    return `${open}{"index":${choice.index},"text":"${text}","logprobs":null,${finish}}],"usage":${usage}}\n\n`;
  };

  return {
    opening: () => '',
    content: (choice, from, to) => chunk(choice, from, to, running),
    last(choice, from, to) {
      const { reason, matched } = generation.finish(choice);
      const stop = matchedJson(vllmStop(matched));
      return chunk(choice, from, to, `"finish_reason":"${reason}","stop_reason":${stop}`);
    },
    closing() {
      if (!request.includeUsage) return doneEvent;
      const counts = usageCounts(lastPromptTokens(generation), lastChoiceTokens(generation));
      return `${open}],"usage":{${counts}}}\n\n${doneEvent}`;
    },
  };
}

/** The last usage frame knows one prompt, that of the choice that it counts. */
function lastPromptTokens({ choices }: Generation): number {
  return choices.at(-1)?.prompt.ids.length ?? 0;
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
        stop_reason: vllmStop(matched) ?? null,
        prompt_logprobs: null,
      };
    }),
    usage: usageObject(promptTokensOf(generation), completionTokensOf(generation)),
  });
}
