import { describe, expect, it } from 'vitest';
import { inFlight } from '../../../../routing/policies/costs/in-flight.ts';
import { aCandidate, anInFlight, aRequest, otherTraffic } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

describe('in-flight', () => {
  it('is a second for each open request, our own or of others', () => {
    const candidates = [
      aCandidate(),
      aCandidate({ inFlight: anInFlight({ requests: 3 }) }),
      aCandidate({
        inFlight: anInFlight({ requests: 3 }),
        others: otherTraffic({ requests: 2.5 }),
      }),
    ];

    expect(estimate(inFlight, aRequest(), candidates)).toEqual([0, 3, 5.5]);
  });
});
