import { describe, expect, it } from 'vitest';
import {
  createPolicy,
  eligibility,
  isEligible,
  policyNames,
} from '../../../routing/policies/catalog.ts';
import type { RoutingRequest } from '../../../routing/request.ts';
import { Router } from '../../../routing/router.ts';
import { aCandidate, anInFlight, aReplica, aRequest } from '../../support/builders.ts';

const random = () => 0;

function partNames(name: (typeof policyNames)[number]): Record<string, unknown> {
  const { costs, picker } = createPolicy(name, { random });
  return { costs: costs.map((cost) => cost.name), picker: picker.name };
}

describe('catalog', () => {
  it('lists the default first, and formulas of other routers last', () => {
    expect(policyNames).toEqual([
      'kv-aware',
      'least-requests',
      'power-of-two',
      'round-robin',
      'session',
      'prefix-hash',
      'smg-least-load',
      'vllm-waiting-running',
      'epp-queue-kv',
      'dynamo-kv-cost',
    ]);
  });

  it('asks first what a replica can do, then whether it may', () => {
    expect(eligibility.map(({ name }) => name)).toEqual([
      'serves',
      'speaks',
      'ready',
      'not-excluded',
    ]);
  });

  it('takes those to be eligible whom every filter keeps', () => {
    const request = aRequest({ engine: 'vllm', excluded: new Set(['failed']) });
    const fit = aCandidate();
    const unfit = [
      aCandidate({ replica: aReplica({ models: ['qwen'] }) }),
      aCandidate({ replica: aReplica({ engine: 'sglang' }) }),
      aCandidate({ state: 'draining' }),
      aCandidate({ replica: aReplica({ id: 'failed' }) }),
    ];

    expect(isEligible(request, fit)).toBe(true);
    expect(unfit.map((one) => isEligible(request, one))).toEqual([false, false, false, false]);
    expect(unfit.map((one) => eligibility.findIndex(({ keeps }) => !keeps(request, one)))).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('builds each policy of its parts', () => {
    expect(partNames('kv-aware')).toEqual({
      costs: ['prefill-wait', 'decode-slowdown', 'kv-pressure', 'context-overflow'],
      picker: 'least-cost-spread',
    });
    expect(partNames('least-requests')).toEqual({ costs: ['in-flight'], picker: 'least-cost' });
    expect(partNames('power-of-two')).toEqual({ costs: ['in-flight'], picker: 'power-of-two' });
    expect(partNames('round-robin')).toEqual({ costs: [], picker: 'round-robin' });
    expect(partNames('session')).toEqual({ costs: ['in-flight'], picker: 'rendezvous' });
    expect(partNames('prefix-hash')).toEqual({ costs: ['in-flight'], picker: 'rendezvous' });
  });

  it('prefers a crowd that has the context to an idle replica without, whatever a gap is worth', () => {
    // The settings at their bounds: a millisecond of gap is worth an hour.
    const good = { firstTokenMs: 3_600_000, tokenGapMs: 1 };
    const router = new Router(createPolicy('kv-aware', { random, good }));
    const short = aCandidate({ replica: aReplica({ id: 'short', contextTokensMax: 2999 }) });
    const crowd = aCandidate({
      replica: aReplica({ id: 'crowd' }),
      inFlight: anInFlight({
        requests: 10_000,
        kvTokens: 1e7,
        kvTokensPeak: 2e7,
        prefillTokens: 1e6,
      }),
    });

    expect(router.route(aRequest(), [short, crowd]).receipt.picked).toBe('crowd');
  });

  it.each(policyNames.slice(policyNames.indexOf('smg-least-load')))(
    'builds %s of the formula of that name',
    (name) => {
      expect(partNames(name)).toEqual({ costs: [name], picker: 'least-cost' });
    },
  );

  it('looks first at the session, and for prefix-hash at the prompt alone', () => {
    const candidates = ['a', 'b', 'c', 'd'].map((id) => aCandidate({ replica: aReplica({ id }) }));
    const homes = (name: 'session' | 'prefix-hash'): Set<number> => {
      const { picker } = createPolicy(name, { random });
      const ofSession = (index: number): RoutingRequest =>
        aRequest({ sessionKey: `${index}`, blockHashes: [7] });
      return new Set(
        Array.from({ length: 40 }, (_, index) =>
          picker.pick(ofSession(index), candidates, new Float64Array(4), candidates),
        ),
      );
    };

    expect(homes('session').size).toBe(4);
    expect(homes('prefix-hash').size).toBe(1);
  });
});
