import type { RequestResult } from '../request-result.ts';

/** What one replica did of a run. */
export interface ReplicaShare {
  readonly replica: string;
  readonly requests: number;
  /** Prompt and output tokens of its successes. */
  readonly tokens: number;
  /** Its part of all tokens, 0 to 1. */
  readonly share: number;
}

/** Who did how much, by the replica that each answer names. Empty where none is named. */
export function replicaShares(results: readonly RequestResult[]): readonly ReplicaShare[] {
  const shares = new Map<string, { requests: number; tokens: number }>();
  let allTokens = 0;
  for (const { succeeded, replica, promptTokens, outputTokens } of results) {
    if (!succeeded || replica === undefined) continue;
    const share = shares.get(replica) ?? { requests: 0, tokens: 0 };
    share.requests += 1;
    share.tokens += promptTokens + outputTokens;
    allTokens += promptTokens + outputTokens;
    shares.set(replica, share);
  }
  return [...shares]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([replica, { requests, tokens }]) => ({
      replica,
      requests,
      tokens,
      share: allTokens === 0 ? 0 : tokens / allTokens,
    }));
}
