import { describe, expect, it } from 'vitest';
import { vllmWaitingRunning } from '../../../../routing/policies/costs/vllm-waiting-running.ts';
import { aCandidate, aLoad, anInFlight, aRequest } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

describe('vllm-waiting-running', () => {
  it('counts a waiting request as four running ones', () => {
    const candidates = [
      aCandidate({ load: aLoad({ waitingRequests: 2, runningRequests: 3 }) }),
      aCandidate({ load: aLoad({ waitingRequests: 0, runningRequests: 10 }) }),
    ];

    expect(estimate(vllmWaitingRunning, aRequest(), candidates)).toEqual([11, 10]);
  });

  it('counts what was sent since the gauges as waiting', () => {
    const candidate = aCandidate({
      load: aLoad({ waitingRequests: 1, runningRequests: 7 }),
      inFlight: anInFlight({ requests: 9, requestsSinceSnapshot: 3 }),
    });

    expect(estimate(vllmWaitingRunning, aRequest(), [candidate])).toEqual([4 * (1 + 3) + 7]);
  });

  it('knows only what it sent where there are no gauges', () => {
    const candidate = aCandidate({ inFlight: anInFlight({ requestsSinceSnapshot: 2 }) });

    expect(estimate(vllmWaitingRunning, aRequest(), [aCandidate(), candidate])).toEqual([0, 8]);
  });
});
