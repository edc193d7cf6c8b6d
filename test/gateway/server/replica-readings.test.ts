import { describe, expect, it } from 'vitest';

import { readReplica } from '../../../gateway/server/replica-readings.ts';
import { defaultSpeed } from '../../../routing/speed.ts';
import { aCandidate, aLoad, anInFlight, aReplica, otherTraffic } from '../../support/builders.ts';

describe('the gauges of a replica', () => {
  it('show what it says of itself, how old that is, and what we have there', () => {
    const reading = readReplica(
      aCandidate({
        replica: aReplica({
          id: 'r1',
          engine: 'sglang',
          engineVersion: '0.5.0',
          kvCapacityTokens: 1_000,
          numaNode: 1,
        }),
        state: 'draining',
        load: aLoad({ runningRequests: 3, waitingRequests: 2, kvCacheUsage: 0.5 }),
        loadAgeMs: 40,
        inFlight: anInFlight({
          requests: 4,
          requestsSinceSnapshot: 1,
          prefillTokens: 5,
          kvTokens: 6,
          kvTokensPeak: 9,
        }),
        others: otherTraffic({ requests: 1, kvTokens: 100 }),
      }),
    );
    expect(reading).toEqual({
      replica: 'r1',
      engine: 'sglang',
      engineVersion: '0.5.0',
      numaNode: 1,
      state: 'draining',
      isQuiet: false,
      inFlightRequests: 4,
      inFlightPrefillTokens: 5,
      inFlightKvTokens: 6,
      promisedKvTokens: 9,
      kvCapacityTokens: 1_000,
      driftRequests: 3 + 2 - (4 - 1),
      driftKvTokens: 500 - 6,
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
    expect(readReplica(aCandidate())).toMatchObject({
      runningRequests: undefined,
      waitingRequests: undefined,
      kvCacheUsage: undefined,
      loadAgeMs: undefined,
      driftRequests: undefined,
      driftKvTokens: undefined,
    });
  });
});
