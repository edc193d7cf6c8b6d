import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy, policyNames } from '../../routing/policies/catalog.ts';
import type { Candidate, ReplicaState } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { defaultSpeed } from '../../routing/speed.ts';
import { KvForecast } from '../../routing/structures/kv-forecast.ts';
import {
  aCandidate,
  aLoad,
  aReplica,
  anInFlight,
  aRequest,
  otherTraffic,
} from '../support/builders.ts';
import { seededRandom } from '../support/chance.ts';
import { estimate } from '../support/estimates.ts';

/** Every part that any policy of the catalog is made of, each once, however many use it. */
function everyPart<Part extends { readonly name: string }>(
  parts: (name: (typeof policyNames)[number]) => readonly Part[],
): Part[] {
  const all = policyNames.flatMap((name) => parts(name)).map((part) => [part.name, part] as const);
  return [...new Map(all).values()];
}

const random = seededRandom(7);
const filters = everyPart((name) => createPolicy(name, { random }).filters);
const costs = everyPart((name) => createPolicy(name, { random }).costs);
const pickers = everyPart((name) => [createPolicy(name, { random }).picker]);

const requests: fc.Arbitrary<RoutingRequest> = fc
  .record({ promptTokens: fc.nat(20_000), expectedOutputTokens: fc.nat(5000) })
  .map((lengths) => aRequest(lengths));

/** What can grow at a replica, each number 0 or more. */
interface Busyness {
  readonly requests: number;
  readonly prefillTokens: number;
  readonly otherRequests: number;
  readonly otherWaiting: number;
  readonly otherKvTokens: number;
}

const busyness: fc.Arbitrary<Busyness> = fc.record({
  requests: fc.nat(300),
  prefillTokens: fc.nat(50_000),
  otherRequests: fc.nat(300),
  otherWaiting: fc.nat(100),
  otherKvTokens: fc.nat(400_000),
});

function busy(load: Busyness, kvCapacityTokens: number | undefined = 600_000): Candidate {
  const forecast = new KvForecast();
  let kvTokens = 0;
  for (let index = 0; index < load.requests; index++) {
    const outputTokens = index % 1000;
    forecast.moved(forecast.add(2000, 1000), outputTokens);
    kvTokens += 2000 + outputTokens;
  }
  forecast.forget();
  return aCandidate({
    replica: aReplica({ kvCapacityTokens }),
    inFlight: anInFlight({
      requests: load.requests,
      prefillTokens: load.prefillTokens,
      kvTokens,
      kvTokensPeak: forecast.peak,
      kvTokensPeakWith: (...asked) => forecast.peakWith(...asked),
    }),
    others: otherTraffic({
      requests: load.otherRequests,
      waitingRequests: load.otherWaiting,
      waitingTokens: load.otherWaiting * 2000,
      kvTokens: load.otherKvTokens,
    }),
  });
}

const candidates: fc.Arbitrary<Candidate> = fc
  .record({
    load: busyness,
    kvCapacityTokens: fc.option(fc.integer({ min: 1000, max: 2e6 }), { nil: undefined }),
    usage: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    ageMs: fc.nat(100_000),
    slowness: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ load, kvCapacityTokens, usage, ageMs, slowness }) => ({
    ...busy(load, kvCapacityTokens),
    load: usage === undefined ? undefined : aLoad({ kvCacheUsage: usage }),
    loadAgeMs: usage === undefined ? Infinity : ageMs,
    speed: {
      prefillTokensPerSecond: defaultSpeed.prefillTokensPerSecond / slowness,
      decodeStepMs: defaultSpeed.decodeStepMs * slowness,
      decodeStepMsPerRequest: defaultSpeed.decodeStepMsPerRequest * slowness,
      decodeStepMsPerKvToken: defaultSpeed.decodeStepMsPerKvToken * slowness,
    },
  }));

describe.each(filters)('filter $name', (filter) => {
  it('judges alike whenever it is asked', () => {
    const state = fc.constantFrom<ReplicaState[]>(
      'starting',
      'ready',
      'draining',
      'ejected',
      'suspended',
      'half-open',
      'probing',
    );
    fc.assert(
      fc.property(requests, state, candidates, (request, current, candidate) => {
        const judged = { ...candidate, state: current };

        expect(filter.keeps(request, judged)).toBe(filter.keeps(request, judged));
      }),
    );
  });

  it('keeps a ready replica of the model that has not failed, however busy', () => {
    fc.assert(
      fc.property(requests, candidates, (request, candidate) => {
        expect(filter.keeps(request, candidate)).toBe(true);
      }),
    );
  });
});

describe.each(costs)('cost $name', (cost) => {
  it('writes a finite number of seconds, 0 or more, for every candidate', () => {
    fc.assert(
      fc.property(requests, fc.array(candidates, { maxLength: 5 }), (request, given) => {
        const seconds = estimate(cost, request, given);

        expect(seconds.every((one) => Number.isFinite(one) && one >= 0)).toBe(true);
      }),
    );
  });

  it('does not depend on the order in which candidates stand', () => {
    fc.assert(
      fc.property(requests, fc.array(candidates, { maxLength: 5 }), (request, given) => {
        const backwards = estimate(cost, request, given.toReversed());

        expect(backwards.toReversed()).toEqual(estimate(cost, request, given));
      }),
    );
  });

  it('costs the same at equal replicas, so that chance decides between them', () => {
    fc.assert(
      fc.property(requests, busyness, (request, load) => {
        const [one, other] = estimate(cost, request, [busy(load), busy(load)]);

        expect(one).toBe(other);
      }),
    );
  });

  it('never falls when there is more of anything', () => {
    fc.assert(
      fc.property(requests, busyness, busyness, (request, load, more) => {
        const added: Busyness = {
          requests: load.requests + more.requests,
          prefillTokens: load.prefillTokens + more.prefillTokens,
          otherRequests: load.otherRequests + more.otherRequests,
          otherWaiting: load.otherWaiting + more.otherWaiting,
          otherKvTokens: load.otherKvTokens + more.otherKvTokens,
        };
        const [before = 0, after = 0] = estimate(cost, request, [busy(load), busy(added)]);

        expect(after).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe.each(pickers)('picker $name', (picker) => {
  it('picks one of those that it is given', () => {
    const prices = fc.array(fc.double({ min: 0, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(prices, (seconds) => {
        const given = seconds.map((_, index) =>
          aCandidate({ replica: aReplica({ id: `${index}` }) }),
        );
        const picked = picker.pick(aRequest(), given, Float64Array.from(seconds), given);

        expect(Number.isInteger(picked)).toBe(true);
        expect(given[picked]).toBeDefined();
      }),
    );
  });

  it('gives each of equal candidates its share', () => {
    const given = ['a', 'b', 'c'].map((id) => aCandidate({ replica: aReplica({ id }) }));
    const picks = [0, 0, 0];

    for (let count = 0; count < 30_000; count++) {
      const picked = picker.pick(aRequest(), given, new Float64Array(3), given);
      picks[picked] = (picks[picked] ?? 0) + 1;
    }

    for (const count of picks) expect(count / 10_000).toBeCloseTo(1, 1);
  });
});

it('gives every part a name of its own, in kebab-case', () => {
  const names = [...filters, ...costs, ...pickers].map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});
