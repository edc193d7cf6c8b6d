import { describe, expect, it } from 'vitest';
import { eppQueueKv } from '../../../../routing/policies/costs/epp-queue-kv.ts';
import type { Candidate } from '../../../../routing/replica.ts';
import { aCandidate, aLoad, anInFlight, aRequest } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

function showing(waitingRequests: number, kvCacheUsage: number): Candidate {
  return aCandidate({ load: aLoad({ waitingRequests, kvCacheUsage }), loadAgeMs: 1e9 });
}

const priced = (...candidates: Candidate[]): number[] =>
  estimate(eppQueueKv, aRequest(), candidates);

describe('epp-queue-kv', () => {
  it('ranks queues from the shortest to the longest of the fleet', () => {
    expect(priced(showing(2, 0), showing(4, 0), showing(10, 0))).toEqual([0, 0.5, 2]);
  });

  it('takes equal queues for none, however long', () => {
    expect(priced(showing(50, 0), showing(50, 0.25))).toEqual([0, 0.5]);
  });

  it('adds the share of the cache in use with the same weight', () => {
    expect(priced(showing(0, 0.5), showing(1, 0.125))).toEqual([1, 2.25]);
  });

  it('counts nothing of what was sent itself', () => {
    const busy = aCandidate({ inFlight: anInFlight({ requests: 90, requestsSinceSnapshot: 90 }) });

    expect(priced(aCandidate(), busy)).toEqual([0, 0]);
  });
});
