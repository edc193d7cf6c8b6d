import { type Choice, completionTokensOf, type Generation, promptTokensOf } from '../generation.ts';
import {
  doneEvent,
  matchedJson,
  openChunk,
  usageCounts,
  usageObject,
  wholeText,
} from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { lastChoiceTokens, vllmStop } from './vllm-pieces.ts';

/** `/v1/chat/completions` of vLLM 0.5.5, which leaves out whatever it did not set. */
export const vllm05Chat: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const open = openChunk('chat.completion.chunk', generation.id, generation);
  let rolesSent = false;

  const usage = ({ prompt }: Choice, tokens: number): string => {
    if (!request.includeUsage) return '';
    if (!request.continuousUsage) return ',"usage":null';
    return `,"usage":{${usageCounts(prompt.ids.length, tokens)}}`;
  };
  const role = (choice: Choice): string =>
    `${open}{"index":${choice.index},"delta":{"role":"assistant"},"logprobs":null,"finish_reason":null}]${usage(choice, 0)}}\n\n`;
  const chunk = (choice: Choice, from: number, to: number, finish: string): string =>
    `${open}{"index":${choice.index},"delta":{"content":"${choice.answer.text(from, to)}"},"logprobs":null,${finish}}]${usage(choice, to)}}\n\n`;

  return {
    opening() {
      // The roles of all choices go out with the first token of any.
      const roles = rolesSent ? '' : choices.map(role).join('');
      rolesSent = true;
      return roles;
    },
    content: (choice, from, to) => chunk(choice, from, to, '"finish_reason":null'),
    last(choice, from, to) {
      const { reason, matched } = generation.finish(choice);
      const stop = matchedJson(vllmStop(matched));
      return chunk(choice, from, to, `"finish_reason":"${reason}","stop_reason":${stop}`);
    },
    closing() {
      if (!request.includeUsage) return doneEvent;
      const counts = usageCounts(promptTokensOf(generation), lastChoiceTokens(generation));
      return `${open}],"usage":{${counts}}}\n\n${doneEvent}`;
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
        message: { role: 'assistant', content: wholeText(generation, choice), tool_calls: [] },
        logprobs: null,
        finish_reason: reason,
        stop_reason: vllmStop(matched) ?? null,
      };
    }),
    usage: usageObject(promptTokensOf(generation), completionTokensOf(generation)),
    prompt_logprobs: null,
  });
}
