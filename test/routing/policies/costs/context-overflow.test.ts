import { describe, expect, it } from 'vitest';
import { contextOverflow } from '../../../../routing/policies/costs/context-overflow.ts';
import { aCandidate, aReplica, aRequest } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

function overflow(promptTokens: number, contextTokensMax: number | undefined): number {
  const candidate = aCandidate({ replica: aReplica({ contextTokensMax }) });
  const request = aRequest({ promptTokens, expectedOutputTokens: 192 });
  return estimate(contextOverflow, request, [candidate])[0] ?? Number.NaN;
}

describe('context-overflow', () => {
  it('is free as long as prompt and expected output fit the context', () => {
    expect(overflow(8000, 8192)).toBe(0);
  });

  it('is thirty years from the first token that does not fit', () => {
    expect(overflow(8001, 8192)).toBe(1e9);
  });

  it('is free where the engine does not tell its context', () => {
    expect(overflow(1e6, undefined)).toBe(0);
  });
});
