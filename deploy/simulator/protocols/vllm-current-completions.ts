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

/** `/v1/completions` of vLLM 0.32. */
export const vllmCurrentCompletions: AnswerWriter = { frames: writeFrames, whole: writeWhole };

function writeFrames(generation: Generation): StreamFrames {
  const { request, choices } = generation;
  const open = openChunk('text_completion', generation.id, generation);
  const signature = `,"system_fingerprint":"${vllmFingerprint}"`;
  const running = '"finish_reason":null,"stop_reason":null';
  let unfinished = choices.length;

  const chunk = (choice: Choice, from: number, to: number, finish: string): string => {
    const text = chunkText(generation, choice, from, to);
    const promptIds = idsJson(request.returnTokenIds && from === 0 ? choice.prompt.ids : undefined);
    const ids = idsJson(request.returnTokenIds ? choice.answer.ids(from, to) : undefined);
    const usage = request.continuousUsage
      ? `,"usage":{${usageCounts(choice.prompt.ids.length, to)}}`
      : '';
    return `${open}{"index":${choice.index},"text":"${text}","logprobs":null,${finish},"prompt_token_ids":${promptIds},"token_ids":${ids}}]${usage}`;
  };

  return {
    opening: () => '',
    content: (choice, from, to) => `${chunk(choice, from, to, running)}}\n\n`,
    last(choice, from, to) {
      unfinished -= 1;
      const { reason, matched } = generation.finish(choice);
      const finish = `"finish_reason":"${reason}","stop_reason":${matchedJson(vllmStop(matched))}`;
      const end = unfinished === 0 && !request.includeUsage ? signature : '';
      return `${chunk(choice, from, to, finish)}${end}}\n\n`;
    },
    closing() {
      if (!request.includeUsage) return doneEvent;
      const counts = usageCounts(promptTokensOf(generation), completionTokensOf(generation));
      const details = `{"cached_tokens":${cachedTokensOf(generation)}}`;
      return `${open}],"usage":{${counts},"prompt_tokens_details":${details}}${signature}}\n\n${doneEvent}`;
    },
  };
}

function writeWhole(generation: Generation): string {
  const { returnTokenIds } = generation.request;
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
        token_ids: returnTokenIds ? choice.answer.ids(0, generation.tokens(choice)) : null,
        prompt_logprobs: null,
        prompt_token_ids: returnTokenIds ? choice.prompt.ids : null,
        routed_experts: null,
      };
    }),
    service_tier: null,
    system_fingerprint: vllmFingerprint,
    usage: {
      ...usageObject(promptTokensOf(generation), completionTokensOf(generation)),
      prompt_tokens_details: {
        cached_tokens: cachedTokensOf(generation),
        created_cache_tokens: null,
        multimodal_tokens: null,
      },
      completion_tokens_details: null,
    },
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  });
}
