import type { RequestCaps } from './request-caps.ts';

/** A bound that is a number. */
export type NumericCap = Exclude<keyof RequestCaps, 'mediaHosts'>;

/** What a member may hold. */
export type CapRule =
  /** A whole number, from `min` up to the cap; with `orSwitch` also `true` or `false`, with `orList` a list of such. */
  | {
      readonly kind: 'count';
      readonly cap: NumericCap;
      readonly min: number;
      readonly orSwitch?: boolean;
      readonly orList?: boolean;
    }
  /** A list or an object of so many entries; a text counts as one. */
  | { readonly kind: 'entries'; readonly cap: NumericCap; readonly of: 'texts' | 'tokens' }
  /** Anything, as long as the cap in bytes of JSON. */
  | { readonly kind: 'bytes'; readonly cap: NumericCap }
  /** Images and the like, as data or from a host that engines may fetch from. */
  | { readonly kind: 'media' };

const choices: CapRule = { kind: 'count', cap: 'choicesMax', min: 1 };
/** -1 is llama.cpp's word for no limit but the context. */
const outputTokens: CapRule = { kind: 'count', cap: 'outputTokensMax', min: -1 };
/** vLLM takes -1 for the whole vocabulary: a hundred thousand of them a token. */
const logprobs: CapRule = { kind: 'count', cap: 'logprobsMax', min: 0 };
const tokens: CapRule = { kind: 'entries', cap: 'tokenListMax', of: 'tokens' };
const stops: CapRule = { kind: 'entries', cap: 'stopsMax', of: 'texts' };
/** Compiled by the engine before anything is generated; of a few kilobytes some take minutes. */
const grammar: CapRule = { kind: 'bytes', cap: 'grammarBytesMax' };
const media: CapRule = { kind: 'media' };

/** The members of a request that cost an engine more than they weigh, at its top or in its sampling parameters. */
export const cappedMembers: ReadonlyMap<string, CapRule> = new Map<string, CapRule>([
  ['n', choices],
  ['best_of', choices],
  ['max_tokens', outputTokens],
  ['max_completion_tokens', outputTokens],
  ['max_new_tokens', outputTokens],
  ['min_tokens', outputTokens],
  ['min_new_tokens', outputTokens],
  ['n_predict', outputTokens],
  ['logprobs', { ...logprobs, orSwitch: true }],
  ['top_logprobs', logprobs],
  ['prompt_logprobs', logprobs],
  // SGLang takes one for each prompt of a batch.
  ['top_logprobs_num', { ...logprobs, orList: true }],
  ['n_probs', logprobs],
  ['logit_bias', tokens],
  ['allowed_token_ids', tokens],
  ['token_ids_logprob', tokens],
  ['logprob_token_ids', tokens],
  ['stop_token_ids', tokens],
  ['stop', stops],
  ['stop_regex', stops],
  ['bad_words', stops],
  ['response_format', grammar],
  ['structured_outputs', grammar],
  ['guided_json', grammar],
  ['guided_regex', grammar],
  ['guided_choice', grammar],
  ['guided_grammar', grammar],
  ['regex', grammar],
  ['json_schema', grammar],
  ['ebnf', grammar],
  ['structural_tag', grammar],
  ['grammar', grammar],
  ['chat_template', grammar],
  ['chat_template_kwargs', grammar],
  ['image_data', media],
  ['video_data', media],
  ['audio_data', media],
]);

/** Members of a message's parts that an engine fetches from, wherever they stand. */
export const mediaMembers: ReadonlySet<string> = new Set(['image_url', 'video_url', 'audio_url']);

/** The member that holds what `cappedMembers` knows in SGLang's own API. */
export const SAMPLING_PARAMS = 'sampling_params';
