import { readCount, readText, readUsage } from './payload.ts';
import type { WireFormat } from './wire-format.ts';

/** SGLang's native `/generate`: cumulative text and a token count in each event. */
export const generate: WireFormat = {
  name: 'generate',
  path: '/generate',
  isCumulative: true,
  sharesGaps: true,
  takesTokenIds: true,
  body: ({ prompt, outputTokens, ignoreEndOfSequence }) => ({
    ...(typeof prompt === 'string' ? { text: prompt } : { input_ids: prompt }),
    sampling_params: {
      temperature: 0,
      max_new_tokens: outputTokens,
      ignore_eos: ignoreEndOfSequence,
    },
    stream: true,
    lora_path: null,
    return_logprob: false,
    return_routed_experts: false,
    logprob_start_len: -1,
  }),
  read: (payload) => ({
    text: readText(payload, '"text":'),
    tokensSoFar: readCount(payload, '"completion_tokens":'),
    usage: readUsage(payload),
  }),
};
