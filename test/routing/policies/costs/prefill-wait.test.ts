import { describe, expect, it } from 'vitest';
import { prefillWait } from '../../../../routing/policies/costs/prefill-wait.ts';
import { defaultSpeed } from '../../../../routing/speed.ts';
import { aCandidate, anInFlight, aRequest, otherTraffic } from '../../../support/builders.ts';
import { estimate } from '../../../support/estimates.ts';

const speed = { ...defaultSpeed, prefillTokensPerSecond: 10_000 };
const request = aRequest({ promptTokens: 2000 });

describe('prefill-wait', () => {
  it('is the time to compute the own prompt where nothing waits', () => {
    expect(estimate(prefillWait, request, [aCandidate({ speed })])).toEqual([0.2]);
  });

  it('adds the prompts that were sent before and have no first token yet', () => {
    const candidate = aCandidate({ speed, inFlight: anInFlight({ prefillTokens: 3000 }) });

    expect(estimate(prefillWait, request, [candidate])).toEqual([0.5]);
  });

  it('adds the prompts of others that the engine tells', () => {
    const others = otherTraffic({ requests: 2, waitingRequests: 2, waitingTokens: 5000 });

    expect(estimate(prefillWait, request, [aCandidate({ speed, others })])).toEqual([0.7]);
  });

  it('takes the prompts of others to be like the own where the engine counts requests alone', () => {
    const others = otherTraffic({ requests: 3, waitingRequests: 3, waitingTokens: undefined });

    expect(estimate(prefillWait, request, [aCandidate({ speed, others })])).toEqual([0.8]);
  });

  it('is longer at a slower replica', () => {
    const slow = { ...speed, prefillTokensPerSecond: 5000 };

    expect(
      estimate(prefillWait, request, [aCandidate({ speed }), aCandidate({ speed: slow })]),
    ).toEqual([0.2, 0.4]);
  });
});
