import { describe, expect, it } from 'vitest';
import { replicaShares } from '../../../../gateway/replay/report/replica-shares.ts';
import { aFailure, aResult } from '../builders.ts';

describe('replica shares', () => {
  it('are the parts of all prompt and output tokens, in the order of names', () => {
    const results = [
      aResult({ replica: 'replica-1', promptTokens: 90, outputTokens: 10 }),
      aResult({ replica: 'replica-0', promptTokens: 200, outputTokens: 50 }),
      aResult({ replica: 'replica-0', promptTokens: 40, outputTokens: 10 }),
    ];

    expect(replicaShares(results)).toEqual([
      { replica: 'replica-0', requests: 2, tokens: 300, share: 0.75 },
      { replica: 'replica-1', requests: 1, tokens: 100, share: 0.25 },
    ]);
  });

  it('leave out failures and answers that name no replica', () => {
    expect(replicaShares([aResult(), aFailure({ replica: 'replica-0' })])).toEqual([]);
  });

  it('are no shares of no tokens', () => {
    const empty = aResult({ replica: 'replica-0', promptTokens: 0, outputTokens: 0 });

    expect(replicaShares([empty])[0]?.share).toBe(0);
  });
});
