import { describe, expect, it } from 'vitest';
import { replicaStanding } from '../../../../gateway/server/live/replica-standing.ts';
import {
  aCandidate,
  aLoad,
  anInFlight,
  aReplica,
  otherTraffic,
} from '../../../support/builders.ts';

describe('how a replica stands', () => {
  it('is told by what it says, what we have there, and what others have', () => {
    const candidate = aCandidate({
      replica: aReplica({ id: 'r0', address: 'http://gpu7:30000', numaNode: 1 }),
      load: aLoad({ runningRequests: 4, waitingRequests: 1, kvCacheUsage: 0.5 }),
      loadAgeMs: 81.4,
      inFlight: anInFlight({ requests: 3, prefillTokens: 10, kvTokens: 200, kvTokensPeak: 900 }),
      others: otherTraffic({ requests: 1.2, kvTokens: 99.6 }),
    });

    expect(replicaStanding(candidate, { streams: 2, outputTokensPerSecond: 120 })).toEqual({
      id: 'r0',
      engine: 'vllm',
      model: 'llama',
      host: 'gpu7',
      numaNode: 1,
      state: 'ready',
      stateReason: null,
      isQuiet: false,
      kvCapacityTokens: 600_000,
      load: { runningRequests: 4, waitingRequests: 1, kvCacheUsage: 0.5, ageMs: 81 },
      inFlight: { requests: 3, prefillTokens: 10, kvTokens: 200, kvTokensPeak: 900 },
      others: { requests: 1, kvTokens: 100 },
      streams: 2,
      outputTokensPerSecond: 120,
    });
  });

  it('has null for what is not known', () => {
    const replica = aReplica({ kvCapacityTokens: undefined, models: [], address: 'unix:engine' });
    const figures = { streams: 0, outputTokensPerSecond: undefined };

    expect(replicaStanding(aCandidate({ replica }), figures)).toMatchObject({
      model: '',
      numaNode: null,
      kvCapacityTokens: null,
      load: null,
      outputTokensPerSecond: null,
    });
  });
});
