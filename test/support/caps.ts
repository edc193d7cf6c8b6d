import type { RequestCaps } from '../../gateway/caps/request-caps.ts';

/** Caps that are small, each another number. */
export const someCaps: RequestCaps = {
  choicesMax: 4,
  outputTokensMax: 1_000,
  logprobsMax: 5,
  tokenListMax: 6,
  stopsMax: 3,
  grammarBytesMax: 100,
  mediaHosts: ['media.example'],
};
