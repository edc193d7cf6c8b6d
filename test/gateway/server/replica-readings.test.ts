import { describe, expect, it } from 'vitest';

import { readReplica } from '../../../gateway/server/replica-readings.ts';
import { defaultSpeed } from '../../../routing/speed.ts';
import { aCandidate, aLoad, anInFlight, aReplica, otherTraffic } from '../../support/builders.ts';

describe('the gauges of a replica', () => {
  it('show what it says of itself, how old that is, and what we have there', () => {
    const reading = readReplica(
      aCandidate({
        replica: aReplica({ id: 'r1', engine: 'sglang', kvCapacityTokens: 1_000 }),
        state: 'draining',
        load: aLoad({ runningRequests: 3, waitingRequests: 2, kvCacheUsage: 0.5 }),
        loadAgeMs: 40,
        inFlight: anInFlight({ requests: 4, prefillTokens: 5, kvTokens: 6 }),
        others: otherTraffic({ requests: 1, kvTokens: 100 }),
      }),
    );
    expect(reading).toEqual({
      replica: 'r1',
      engine: 'sglang',
      state: 'draining',
      inFlightRequests: 4,
      inFlightPrefillTokens: 5,
      inFlightKvTokens: 6,
      kvCapacityTokens: 1_000,
      runningRequests: 3,
      waitingRequests: 2,
      kvCacheUsage: 0.5,
      loadAgeMs: 40,
      prefillTokensPerSecond: defaultSpeed.prefillTokensPerSecond,
      decodeStepMs:
        defaultSpeed.decodeStepMs +
        (4 + 1) * defaultSpeed.decodeStepMsPerRequest +
        (6 + 100) * defaultSpeed.decodeStepMsPerKvToken,
    });
  });

  it('are left out where the engine has told nothing, rather than shown as zero', () => {
    const { runningRequests, waitingRequests, kvCacheUsage, loadAgeMs } = readReplica(aCandidate());
    expect([runningRequests, waitingRequests, kvCacheUsage, loadAgeMs]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
