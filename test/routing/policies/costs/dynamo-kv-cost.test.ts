import { describe, expect, it } from 'vitest';
import { dynamoKvCost } from '../../../../routing/policies/costs/dynamo-kv-cost.ts';
import type { InFlight } from '../../../../routing/replica.ts';
import { aCandidate, aLoad, anInFlight, aReplica, aRequest } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

const request = aRequest({ promptTokens: 1600 });

function priced(inFlight: Partial<InFlight>): number | undefined {
  return estimate(dynamoKvCost, request, [aCandidate({ inFlight: anInFlight(inFlight) })])[0];
}

describe('dynamo-kv-cost', () => {
  it('counts the own prompt once as work and once as memory', () => {
    expect(priced({})).toBe(100 + 100);
  });

  it('adds the prefill that is not done and the blocks that are held', () => {
    expect(priced({ prefillTokens: 3200, kvTokens: 8000 })).toBe(100 + 200 + 500 + 100);
  });

  it('leaves out what the replica has cached', () => {
    const cached = { at: (id: string) => (id === 'holder' ? 1200 : 0) };
    const candidates = ['holder', 'other'].map((id) => aCandidate({ replica: aReplica({ id }) }));

    expect(estimate(dynamoKvCost, { ...request, cached }, candidates)).toEqual([50, 200]);
  });

  it('reads no gauge', () => {
    const full = aLoad({ waitingRequests: 900, kvCacheUsage: 1 });

    expect(estimate(dynamoKvCost, request, [aCandidate({ load: full, loadAgeMs: 0 })])).toEqual([
      200,
    ]);
  });
});
