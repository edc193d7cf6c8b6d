import { readText, readUsage } from './payload.ts';
import type { WireFormat } from './wire-format.ts';

/** OpenAI's `/v1/completions`, as the reference asks it. */
export const completions: WireFormat = {
  name: 'completions',
  path: '/v1/completions',
  isCumulative: false,
  sharesGaps: false,
  takesTokenIds: true,
  body: ({ model, prompt, outputTokens, ignoreEndOfSequence, usage }) => ({
    model,
    prompt,
    temperature: 0,
    best_of: 1,
    max_tokens: outputTokens,
    stream: true,
    ignore_eos: ignoreEndOfSequence,
    ...(usage ? { stream_options: { include_usage: true } } : {}),
  }),
  read: (payload) => ({
    text: readText(payload, '"text":'),
    tokensSoFar: undefined,
    usage: readUsage(payload),
  }),
};
