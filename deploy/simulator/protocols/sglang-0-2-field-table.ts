/** Fields that both OpenAI routes of SGLang 0.2.14 read; others are dropped without a word. */
const common = [
  'model',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'max_tokens',
  'n',
  'presence_penalty',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'user',
  'regex',
  'min_tokens',
  'repetition_penalty',
  'stop_token_ids',
];

/** What chat reads: neither tools nor `ignore_eos` nor `max_completion_tokens`. */
export const sglang02ChatFields: ReadonlySet<string> = new Set([
  ...common,
  'messages',
  'top_logprobs',
  'response_format',
]);

/** What completions read. */
export const sglang02CompletionFields: ReadonlySet<string> = new Set([
  ...common,
  'prompt',
  'best_of',
  'echo',
  'suffix',
  'ignore_eos',
]);
