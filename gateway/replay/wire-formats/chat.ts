import { readText, readUsage } from './payload.ts';
import type { WireFormat } from './wire-format.ts';

/** OpenAI's `/v1/chat/completions`, the prompt as one message of the user. */
export const chat: WireFormat = {
  name: 'chat',
  path: '/v1/chat/completions',
  isCumulative: false,
  sharesGaps: false,
  takesTokenIds: false,
  body: ({ model, prompt, outputTokens, ignoreEndOfSequence, usage }) => ({
    model,
    messages: [{ role: 'user', content: prompt }],
    temperature: 0,
    max_completion_tokens: outputTokens,
    stream: true,
    ignore_eos: ignoreEndOfSequence,
    ...(usage ? { stream_options: { include_usage: true } } : {}),
  }),
  read: (payload) => ({
    text: readText(payload, '"content":'),
    tokensSoFar: undefined,
    usage: readUsage(payload),
  }),
};
