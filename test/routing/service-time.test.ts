import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InFlight } from '../../routing/replica.ts';
import { serviceMs } from '../../routing/service-time.ts';
import { aCandidate, anInFlight, aRequest, otherTraffic } from '../support/builders.ts';

const speed = {
  prefillTokensPerSecond: 10_000,
  decodeStepMs: 10,
  decodeStepMsPerRequest: 1,
  decodeStepMsPerKvToken: 0.001,
};

describe('the time that a request takes', () => {
  it('is its prefill and as many steps of the batch as it has output', () => {
    const inFlight = anInFlight({ requests: 3, kvTokens: 4000 });
    const others = otherTraffic({ requests: 2, kvTokens: 1000 });
    const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 100 });

    expect(serviceMs(request, aCandidate({ speed, inFlight, others }), undefined)).toBeCloseTo(
      200 + 100 * 20,
    );
  });

  it('goes by the pace of the streams under way, where that is slower than the steps', () => {
    const inFlight = anInFlight({ requests: 5, kvTokens: 5000 });
    const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 100 });
    const at = (msPerToken: number) =>
      serviceMs(request, aCandidate({ speed, inFlight }), msPerToken);

    expect(at(19)).toBeCloseTo(200 + 100 * 20);
    expect(at(50)).toBeCloseTo(200 + 100 * 50);
  });

  it('takes no stall for a pace', () => {
    const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 100 });
    const at = (msPerToken: number) => serviceMs(request, aCandidate({ speed }), msPerToken);

    expect(at(500)).toBeCloseTo(200 + 100 * 500);
    expect(at(501)).toBeCloseTo(200 + 100 * 500);
    expect(at(43_000)).toBeCloseTo(200 + 100 * 500);
  });

  it('begins behind the prefills that are there', () => {
    const inFlight = anInFlight({ prefillTokens: 3000 });
    const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 0 });

    expect(serviceMs(request, aCandidate({ speed, inFlight }), undefined)).toBeCloseTo(500);
  });

  it('leaves out the prompt tokens that are cached', () => {
    const cached = { at: () => 1500 };
    const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 0, cached });

    expect(serviceMs(request, aCandidate({ speed }), undefined)).toBeCloseTo(50);
  });

  it('never falls when there is more to do', () => {
    const load = fc.record({ requests: fc.nat(200), kvTokens: fc.nat(500_000) });
    fc.assert(
      fc.property(load, load, fc.nat(4000), fc.nat(4000), (some, more, prompt, output) => {
        const lengths = { promptTokens: prompt, expectedOutputTokens: output };
        const sum = {
          requests: some.requests + more.requests,
          kvTokens: some.kvTokens + more.kvTokens,
        };
        const at = (given: Partial<InFlight>): number =>
          serviceMs(aRequest(lengths), aCandidate({ inFlight: anInFlight(given) }), undefined);

        expect(at(sum)).toBeGreaterThanOrEqual(at(some));
      }),
    );
  });
});
