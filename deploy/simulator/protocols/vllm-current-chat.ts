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
  usageObject,
  wholeText,
} from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';
import { vllmFingerprint, vllmStop } from './vllm-pieces.ts';

/** `/v1/chat/completions` of vLLM 0.32. */
export const vllmCurrentChat: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const open = openChunk('chat.completion.chunk', generation.id, generation);
  const signature = `,"system_fingerprint":"${vllmFingerprint}"`;
  let rolesSent = false;
  let unfinished = choices.length;

  const usage = ({ prompt }: Choice, tokens: number): string =>
    request.continuousUsage
      ? `,"usage":{${usageCounts(prompt.ids.length, tokens)},"completion_tokens_details":null}`
      : '';
  const role = (choice: Choice): string => {
    const promptIds = idsJson(request.returnTokenIds ? choice.prompt.ids : undefined);
    return `${open}{"index":${choice.index},"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]${usage(choice, 0)},"prompt_token_ids":${promptIds},"prompt_text":null}\n\n`;
  };
  const chunk = (choice: Choice, from: number, to: number, finish: string): string => {
    const text = chunkText(generation, choice, from, to);
    const ids = idsJson(request.returnTokenIds ? choice.answer.ids(from, to) : undefined);
    return `${open}{"index":${choice.index},"delta":{"content":"${text}"},"logprobs":null,${finish},"token_ids":${ids}}]${usage(choice, to)}`;
  };

  return {
    opening() {
      // The roles of all choices go out with the first token of any.
      const roles = rolesSent ? '' : choices.map(role).join('');
      rolesSent = true;
      return roles;
    },
    content: (choice, from, to) => `${chunk(choice, from, to, '"finish_reason":null')}}\n\n`,
    last(choice, from, to) {
      unfinished -= 1;
      const { reason, matched } = generation.finish(choice);
      const stop = matchedJson(vllmStop(matched));
      const finish = `"finish_reason":"${reason}","stop_reason":${stop}`;
      const end = unfinished === 0 && !request.includeUsage ? signature : '';
      return `${chunk(choice, from, to, finish)}${end}}\n\n`;
    },
    closing() {
      if (!request.includeUsage) return doneEvent;
      const counts = usageCounts(promptTokensOf(generation), completionTokensOf(generation));
      const details = `{"cached_tokens":${cachedTokensOf(generation)},"created_cache_tokens":0}`;
      return `${open}],"usage":{${counts},"prompt_tokens_details":${details}}${signature}}\n\n${doneEvent}`;
    },
  };
}

function writeWhole(generation: Generation): string {
  const { request } = generation;
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
          refusal: null,
          annotations: null,
          audio: null,
          function_call: null,
          reasoning: null,
        },
        logprobs: null,
        finish_reason: reason,
        stop_reason: vllmStop(matched) ?? null,
        token_ids: request.returnTokenIds ? choice.answer.ids(0, generation.tokens(choice)) : null,
        routed_experts: null,
      };
    }),
    service_tier: null,
    system_fingerprint: vllmFingerprint,
    usage: {
      ...usageObject(promptTokensOf(generation), completionTokensOf(generation)),
      prompt_tokens_details: {
        cached_tokens: cachedTokensOf(generation),
        created_cache_tokens: 0,
        multimodal_tokens: null,
      },
      completion_tokens_details: null,
    },
    prompt_logprobs: null,
    prompt_token_ids: request.returnTokenIds ? generation.choices[0]?.prompt.ids : null,
    prompt_text: null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  });
}
