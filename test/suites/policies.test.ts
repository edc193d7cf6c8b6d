import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../../routing/fleet.ts';
import { createPolicy, policyNames, type PolicyName } from '../../routing/policies/catalog.ts';
import type { Candidate, Replica, ReplicaState } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { Router } from '../../routing/router.ts';
import { aCandidate, aLoad, aReplica, aRequest, replicas } from '../support/builders.ts';
import { seededRandom } from '../support/chance.ts';

/** What requests per replica may differ by where they should be alike. */
const EXACT_SPREAD = 1;

/** Two draws keep close to equal shares but do not promise them: ln ln n more than the mean, or so. */
const TWO_DRAWS_SPREAD = 4;

/** A promise that not every policy can keep. */
type Promised = 'spreads' | 'credits' | 'forgets';

/** Why a policy cannot keep a promise. Formulas of others are as they are: that is what they are here for. */
const cannot: Readonly<Partial<Record<PolicyName, Partial<Record<Promised, string>>>>> = {
  'round-robin': { credits: 'is blind by design: its shares follow turns, not what others do' },
  'smg-least-load': { credits: 'prices what queues and not what runs' },
  'vllm-waiting-running': {
    credits: 'counts what it has sent four times over',
    forgets: 'believes its gauges at any age',
  },
  'epp-queue-kv': {
    spreads: 'leaves to chance what comes between two polls',
    credits: 'does not count what it has sent',
    forgets: 'believes its gauges at any age',
  },
  'dynamo-kv-cost': { credits: 'reads no gauge' },
};

const lacks = (name: PolicyName, promise: Promised): boolean =>
  cannot[name]?.[promise] !== undefined;

function aRouter(name: PolicyName, seed = 1): Router {
  return new Router(createPolicy(name, { random: seededRandom(seed) }));
}

function readyFleet(members: readonly Replica[]): Fleet {
  const fleet = new Fleet();
  for (const replica of members) {
    fleet.join(replica);
    fleet.setState(replica.id, 'ready');
  }
  return fleet;
}

/** Routes and reserves `count` requests; they stay open. */
interface Sending {
  readonly nowMs?: number;
  readonly request?: RoutingRequest;
  /** Each prompt is computed before the next comes. */
  readonly isComputed?: boolean;
}

function send(router: Router, fleet: Fleet, count: number, sending: Sending = {}): void {
  const { nowMs = 0, request = aRequest(), isComputed = false } = sending;
  for (let index = 0; index < count; index++) {
    const decision = router.route(request, fleet.candidates(nowMs));
    if (decision.kind !== 'routed') throw new Error(`unroutable by ${decision.filter}`);
    const reservation = fleet.reserve(decision.replica.id, { ...request, nowMs });
    if (isComputed) reservation.firstToken();
  }
}

function openRequests(fleet: Fleet): number[] {
  return fleet.candidates(0).map(({ inFlight }) => inFlight.requests);
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

describe.each(policyNames)('%s', (name) => {
  const allowedSpread = name === 'power-of-two' ? TWO_DRAWS_SPREAD : EXACT_SPREAD;

  it('is built under its own name', () => {
    expect(createPolicy(name, { random: () => 0 }).name).toBe(name);
  });

  it.skipIf(lacks(name, 'spreads'))(
    'sends a burst of equal requests to equal replicas in equal shares',
    () => {
      const sizes = fc.record({
        size: fc.integer({ min: 1, max: 9 }),
        burst: fc.integer({ min: 0, max: 120 }),
        seed: fc.integer(),
      });
      fc.assert(
        fc.property(sizes, ({ size, burst, seed }) => {
          const fleet = readyFleet(replicas(size));

          send(aRouter(name, seed), fleet, burst);

          expect(spread(openRequests(fleet))).toBeLessThanOrEqual(allowedSpread);
        }),
      );
    },
  );

  it.skipIf(lacks(name, 'spreads'))(
    'spreads a burst that is far larger than the KV of all replicas together',
    () => {
      const fleet = readyFleet(replicas(4));

      send(aRouter(name), fleet, 1001);

      expect(spread(openRequests(fleet))).toBeLessThanOrEqual(allowedSpread);
    },
  );

  it.skipIf(lacks(name, 'spreads'))(
    'spreads a burst in equal shares while the gauges stand still',
    () => {
      const fleet = readyFleet(replicas(8));
      const frozen = aLoad({
        takenAtMs: 0,
        runningRequests: 12,
        waitingRequests: 3,
        kvCacheUsage: 0.3,
      });
      for (const { id } of fleet.replicas()) fleet.observeLoad(id, frozen);

      const router = aRouter(name);
      for (let nowMs = 100; nowMs <= 30_000; nowMs += 100) send(router, fleet, 1, { nowMs });

      expect(spread(openRequests(fleet))).toBeLessThanOrEqual(allowedSpread);
    },
  );

  it.skipIf(lacks(name, 'credits'))('counts what was sent since the last poll', () => {
    const fleet = readyFleet(replicas(2));
    const router = aRouter(name);
    // One replica looks busier by ten requests of others, which a herd would take for all time.
    fleet.observeLoad('replica-0', aLoad({ runningRequests: 10, kvCacheUsage: 30_000 / 600_000 }));
    fleet.observeLoad('replica-1', aLoad({ runningRequests: 0 }));

    send(router, fleet, 10, { isComputed: true });
    const first = openRequests(fleet);
    send(router, fleet, 100, { isComputed: true });

    expect(first[1]).toBeGreaterThanOrEqual(8);
    // 110 sent and 10 of others make 60 each.
    const [one = 0, other = 0] = openRequests(fleet);
    expect(Math.abs(one + 10 - other)).toBeLessThanOrEqual(4);
  });

  it.skipIf(lacks(name, 'forgets'))('lets old gauges weigh nothing, whatever they showed', () => {
    const fleet = readyFleet(replicas(2));
    fleet.observeLoad('replica-0', aLoad({ runningRequests: 400, kvCacheUsage: 1 }));

    send(aRouter(name), fleet, 100, { nowMs: 600_000 });

    expect(spread(openRequests(fleet))).toBeLessThanOrEqual(allowedSpread);
  });

  it.skipIf(lacks(name, 'spreads'))('sends requests on when every gauge is old and full', () => {
    const fleet = readyFleet(replicas(3));
    const full = aLoad({ runningRequests: 900, waitingRequests: 500, kvCacheUsage: 1 });
    for (const { id } of fleet.replicas()) fleet.observeLoad(id, full);

    send(aRouter(name), fleet, 99, { nowMs: 60_000 });

    expect(spread(openRequests(fleet))).toBeLessThanOrEqual(allowedSpread);
  });

  it.skipIf(lacks(name, 'spreads'))(
    'spreads equally over replicas that tell neither capacity nor load',
    () => {
      const unknown = { kvCapacityTokens: undefined, contextTokensMax: undefined };
      const fleet = readyFleet(
        replicas(4, { ...unknown, engine: 'sglang', engineVersion: '0.2.14' }),
      );

      send(aRouter(name), fleet, 200);

      expect(spread(openRequests(fleet))).toBeLessThanOrEqual(allowedSpread);
    },
  );

  it('picks nobody who is down, starting, draining, excluded or of another model', () => {
    const state = fc.constantFrom<ReplicaState[]>(
      'starting',
      'ready',
      'draining',
      'ejected',
      'suspended',
      'half-open',
      'probing',
    );
    const member = fc.record({
      state,
      model: fc.constantFrom('llama', 'qwen'),
      excluded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(member, { maxLength: 8 }), fc.integer(), (members, seed) => {
        const given = members.map(({ state: current, model }, index): Candidate => {
          const replica = aReplica({ id: `replica-${index}`, models: [model] });
          return aCandidate({ replica, state: current });
        });
        const excluded = new Set(
          members.flatMap((one, index) => (one.excluded ? [`replica-${index}`] : [])),
        );
        const request = aRequest({ excluded });
        const fit = given.filter((candidate) => canTake(candidate, request));
        const router = aRouter(name, seed);

        for (let count = 0; count < 5; count++) {
          const decision = router.route(request, given);
          expect(decision.kind).toBe(fit.length > 0 ? 'routed' : 'unroutable');
          if (decision.kind !== 'routed') continue;
          expect(fit.map(({ replica }) => replica)).toContain(decision.replica);
          expect(decision.receipt.candidates).toEqual(fit.map(({ replica }) => replica.id));
        }
      }),
    );
  });

  it('names what left nobody', () => {
    const router = aRouter(name);
    const decide = (request: RoutingRequest, ...given: Candidate[]) => router.route(request, given);
    const excluded = new Set(['replica-0']);

    expect(decide(aRequest())).toMatchObject({ filter: 'empty-fleet' });
    expect(decide(aRequest({ model: 'qwen' }), aCandidate())).toMatchObject({ filter: 'serves' });
    expect(decide(aRequest(), aCandidate({ state: 'ejected' }))).toMatchObject({ filter: 'ready' });
    expect(decide(aRequest({ excluded }), aCandidate())).toMatchObject({ filter: 'not-excluded' });
  });

  it('moves on to the others when one is excluded, and back', () => {
    const fleet = readyFleet(replicas(3));
    const router = aRouter(name);

    send(router, fleet, 60, { request: aRequest({ excluded: new Set(['replica-1']) }) });
    expect(openRequests(fleet)[1]).toBe(0);

    send(router, fleet, 30);
    expect(openRequests(fleet)[1]).toBeGreaterThan(0);
  });

  it('decides the same with the same chance', () => {
    const run = (): number[] => {
      const fleet = readyFleet(replicas(5));
      send(aRouter(name, 42), fleet, 23);
      return openRequests(fleet);
    };

    expect(run()).toEqual(run());
  });

  it('shows a finite cost, 0 or more, for each candidate on the receipt', () => {
    const fleet = readyFleet(replicas(3));
    const router = aRouter(name);
    send(router, fleet, 700);

    const decision = router.route(aRequest(), fleet.candidates(0));

    if (decision.kind !== 'routed') throw new Error(decision.filter);
    for (const seconds of decision.receipt.seconds.values()) {
      expect(seconds).toHaveLength(3);
      expect(seconds.every((one) => Number.isFinite(one) && one >= 0)).toBe(true);
    }
  });
});

function canTake({ replica, state }: Candidate, request: RoutingRequest): boolean {
  const serves = replica.models.includes(request.model);
  const takes = state === 'ready' || state === 'half-open';
  return serves && takes && !request.excluded.has(replica.id);
}
