import { describe, expect, it } from 'vitest';
import { speaks } from '../../../../routing/policies/filters/speaks.ts';
import { aCandidate, aReplica, aRequest } from '../../../support/builders.ts';

function keeps(wanted: string | undefined, engine: string): boolean {
  return speaks.keeps(aRequest({ engine: wanted }), aCandidate({ replica: aReplica({ engine }) }));
}

describe('speaks', () => {
  it('keeps every engine for a request of an API that all speak', () => {
    expect(keeps(undefined, 'vllm')).toBe(true);
    expect(keeps(undefined, 'sglang')).toBe(true);
  });

  it('keeps the one engine whose own API the request is of', () => {
    expect(keeps('sglang', 'sglang')).toBe(true);
    expect(keeps('sglang', 'vllm')).toBe(false);
  });
});
