import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { Refusal } from '../../../gateway/pipeline/dispatcher.ts';
import type { AdmissionLimits } from '../../../routing/admission.ts';
import { createPolicy } from '../../../routing/policies/catalog.ts';
import type { Candidate, Replica } from '../../../routing/replica.ts';
import type { RoutingRequest } from '../../../routing/request.ts';
import { Router } from '../../../routing/router.ts';
import { serviceMs } from '../../../routing/service-time.ts';
import { aReplica, aRequest, replicas } from '../../support/builders.ts';
import {
  type ADispatcher,
  aDispatcher,
  ask,
  type Asked,
  askTimes,
  forTwo,
  inFlight,
  release,
  statesOf,
} from '../../support/pipeline.ts';

function full(limits: Partial<AdmissionLimits> = {}): ADispatcher & { readonly first: Asked } {
  const house = aDispatcher([aReplica({ kvCapacityTokens: 3000 })], limits);
  return { ...house, first: ask(house) };
}

describe('a turn', () => {
  it('is granted at once where a replica has room', () => {
    const house = aDispatcher();
    const asked = ask(house);

    expect(asked.waiting).toBeUndefined();
    expect(asked.place).toMatchObject({ replica: { id: 'replica-0' }, queueWaitMs: 0 });
    expect(asked.place?.receipt).toMatchObject({
      policy: 'least-requests',
      candidates: ['replica-0'],
    });
  });

  it('comes with a reservation of its tokens, counted from that moment', () => {
    const house = aDispatcher();
    ask(house, { promptTokens: 700 });
    const [candidate] = house.fleet.candidates(0);

    expect(candidate?.inFlight).toMatchObject({ requests: 1, prefillTokens: 700, kvTokens: 700 });
  });

  it('is waited for where no replica has room for all its tokens', () => {
    const house = aDispatcher([forTwo]);
    const all = askTimes(house, 3);

    expect(statesOf(all)).toEqual(['granted', 'granted', 'waiting']);
    expect(house.dispatcher.waitingRequests).toBe(1);
  });

  it('is granted to one whose tokens fit to the last, and not to one token more', () => {
    const house = aDispatcher([forTwo]);
    ask(house);

    expect(ask(house, { promptTokens: 2001 }).state).toBe('waiting');
    const again = aDispatcher([forTwo]);
    ask(again);
    expect(ask(again, { promptTokens: 2000 }).state).toBe('granted');
  });

  it('is granted to what is larger than any replica, where one stands idle', () => {
    expect(ask(aDispatcher([forTwo]), { promptTokens: 1_000_000 }).state).toBe('granted');
  });

  it('is never waited for where admission only passes through', () => {
    const house = aDispatcher([forTwo], { mode: 'pass-through' });

    expect(new Set(statesOf(askTimes(house, 50)))).toEqual(new Set(['granted']));
    expect(house.dispatcher.waitingRequests).toBe(0);
  });
});

describe('who waits', () => {
  it('is bound only when room comes, and to the replica where it comes', () => {
    for (const freed of ['replica-0', 'replica-1']) {
      const house = aDispatcher(replicas(2, { kvCapacityTokens: 3000 }));
      const running = askTimes(house, 2);
      const waiting = ask(house);
      house.clock.advance(250);
      release(running.find(({ place }) => place?.replica.id === freed));

      expect(waiting.place).toMatchObject({ replica: { id: freed }, queueWaitMs: 250 });
    }
  });

  it('is served when a first token says that a prefill is done', () => {
    const house = aDispatcher([aReplica()], { prefillTokensMax: 2000 });
    const running = ask(house);
    const waiting = ask(house, { promptTokens: 1 });
    expect(waiting.state).toBe('waiting');

    running.place?.reservation.firstToken();

    expect(waiting.state).toBe('granted');
  });

  it('is served when a replica joins and someone says so', () => {
    const house = full();
    const waiting = ask(house);
    house.fleet.join(aReplica({ id: 'late' }));
    house.fleet.setState('late', 'ready');
    expect(waiting.state).toBe('waiting');

    house.dispatcher.wake();

    expect(waiting.place?.replica.id).toBe('late');
  });

  it('is served in the order of entering', () => {
    const house = full();
    const all = askTimes(house, 3);
    release(house.first);
    expect(statesOf(all)).toEqual(['granted', 'waiting', 'waiting']);

    release(all[0]);

    expect(statesOf(all)).toEqual(['granted', 'granted', 'waiting']);
  });

  it('is overtaken by a newcomer of a higher priority', () => {
    const house = full();
    const early = ask(house);
    const urgent = ask(house, { priority: 1 });
    release(house.first);

    expect(statesOf([early, urgent])).toEqual(['waiting', 'granted']);
  });

  it('for one model does not hold up those who ask for another', () => {
    const house = aDispatcher([
      aReplica({ id: 'a', models: ['a'], kvCapacityTokens: 3000 }),
      aReplica({ id: 'b', models: ['b'], kvCapacityTokens: 3000 }),
    ]);
    const first = ask(house, { model: 'a' });
    const second = ask(house, { model: 'a' });
    const other = ask(house, { model: 'b' });

    expect(statesOf([first, second, other])).toEqual(['granted', 'waiting', 'granted']);
    const third = ask(house, { model: 'b' });
    release(other);
    expect(statesOf([second, third])).toEqual(['waiting', 'granted']);
  });

  it('is all served where room for all comes at once', () => {
    const house = aDispatcher([forTwo]);
    const large = ask(house, { promptTokens: 5000 });
    const two = askTimes(house, 2);
    release(large);

    expect(statesOf(two)).toEqual(['granted', 'granted']);
  });
});

describe('tenants', () => {
  /** Everyone asks while the house is full; each is served when the one before is done, with so many tokens. */
  function served(
    house: ReturnType<typeof full>,
    given: readonly Partial<RoutingRequest>[],
    outputTokensOf: (tenant: string) => number = () => 1000,
  ): string {
    const order: string[] = [];
    for (const facts of given) {
      house.dispatcher.enter(aRequest(facts), {
        granted: ({ reservation }) => {
          order.push(facts.tenant ?? '');
          reservation.firstToken();
          reservation.outputTokens = outputTokensOf(facts.tenant ?? '');
          reservation.release();
        },
        refused: () => undefined,
      });
    }
    release(house.first);
    return order.join('');
  }

  const six = Array.from({ length: 6 }, () => ({ tenant: 'a' }));

  it('are served in turns, however many requests each has sent', () => {
    expect(served(full(), [...six, { tenant: 'b' }, { tenant: 'b' }])).toBe('ababaaaa');
  });

  it('share by their weights', () => {
    const heavy = Array.from({ length: 4 }, () => ({ tenant: 'b', tenantWeight: 2 }));

    expect(served(full(), [...six, ...heavy])).toBe('abbabbaaaa');
  });

  it('are charged for what they are served without waiting', () => {
    const house = full();
    house.first.place?.reservation.firstToken();

    expect(served(house, [{ tenant: 'anyone' }, { tenant: 'a' }])).toBe('aanyone');
  });

  it('are charged for what came of an answer and not for what was expected', () => {
    const both = [...six.slice(0, 3), ...Array.from({ length: 6 }, () => ({ tenant: 'b' }))];

    expect(served(full(), both, (tenant) => (tenant === 'a' ? 4000 : 1000))).toBe('abbabbabb');
  });
});

describe('a wait', () => {
  it('lasts up to its bound and not a millisecond longer', () => {
    const house = full({ waitingMsMax: 1000 });
    const waiting = ask(house);
    house.clock.advance(999);
    expect(waiting.state).toBe('waiting');

    house.clock.advance(1);

    expect(waiting.error).toMatchObject({
      code: 'saturated',
      message: 'No replica had room within the longest wait.',
    });
    expect(waiting.error?.retryAfterMs).toBeGreaterThanOrEqual(1000);
  });

  it('lasts no longer than the time limit of the request', () => {
    const house = full({ waitingMsMax: 1000 });
    const waiting = ask(house, { deadlineMs: 500 });
    house.clock.advance(499);
    expect(waiting.state).toBe('waiting');

    house.clock.advance(1);

    expect(waiting.error).toMatchObject({
      code: 'saturated',
      message: 'The time limit of the request passed while it waited.',
    });
  });

  it('is not begun by a request whose time is up', () => {
    const house = aDispatcher();
    house.clock.advance(500);

    expect(ask(house, { deadlineMs: 500 }).error?.code).toBe('saturated');
    expect(ask(house, { deadlineMs: 501 }).state).toBe('granted');
  });

  it('ends unserved at a turn that comes too late for a whole answer, and not a millisecond sooner', () => {
    /** Waits for ten seconds behind streams of a token every 50 ms, of which nothing was known at its coming. */
    const served = (leftMs: number): { readonly asked: Asked; readonly takesMs: number } => {
      const house = aDispatcher([forTwo]);
      const streams = askTimes(house, 2);
      for (const { place } of streams) place?.reservation.firstToken();
      const [first, second] = streams;
      if (second?.place === undefined) throw new Error('there is room for two');
      second.place.reservation.outputTokens = 1;
      house.clock.advance(250);
      const asked = ask(house, { deadlineMs: house.clock.nowMs() + 10_000 + leftMs });
      house.clock.advance(10_000);
      second.place.reservation.outputTokens = 201;
      const [candidate] = house.fleet.candidates(house.clock.nowMs());
      if (candidate === undefined) throw new Error('there is one');
      const takesMs = serviceMs(asked.request, candidate, 50);
      release(first);
      return { asked, takesMs };
    };
    const { takesMs } = served(60_000);

    expect(takesMs).toBeGreaterThan(50_000);
    expect(served(takesMs + 1).asked.state).toBe('granted');
    expect(served(takesMs - 1).asked.error).toMatchObject({
      code: 'saturated',
      reason: 'deadline-hopeless',
    });
  });

  it('ends for each at its own time', () => {
    const house = full({ waitingMsMax: 1000 });
    const early = ask(house);
    house.clock.advance(400);
    const late = ask(house);
    house.clock.advance(600);
    expect(statesOf([early, late])).toEqual(['refused', 'waiting']);

    house.clock.advance(400);

    expect(late.state).toBe('refused');
  });

  it('that ends lets those behind it have the room that was too small', () => {
    const house = aDispatcher([forTwo], { waitingMsMax: 1000 });
    ask(house);
    const large = ask(house, { promptTokens: 6000 });
    house.clock.advance(500);
    const small = ask(house, { promptTokens: 1, expectedOutputTokens: 1 });
    house.clock.advance(500);

    expect(statesOf([large, small])).toEqual(['refused', 'granted']);
  });

  it('is not begun where as many wait as may', () => {
    const house = full({ waitingRequestsMax: 2 });
    const all = askTimes(house, 3);

    expect(statesOf(all)).toEqual(['waiting', 'waiting', 'refused']);
    expect(all[2]?.error).toMatchObject({
      code: 'saturated',
      message: 'Every replica is full and so is the queue.',
    });
    expect(all[2]?.error?.retryAfterMs).toBeGreaterThanOrEqual(1000);
  });

  it('is begun again once one of those has gone', () => {
    const house = full({ waitingRequestsMax: 1 });
    const [waiting] = askTimes(house, 2);
    waiting?.waiting?.leave();

    expect(ask(house).state).toBe('waiting');
  });

  it('leaves no timer behind', () => {
    const house = full({ waitingMsMax: 1000 });
    const [served, left] = askTimes(house, 2);
    expect(house.clock.timers).toBe(1);
    release(house.first);
    left?.waiting?.leave();

    expect(served?.state).toBe('granted');
    expect(house.clock.timers).toBe(0);
  });
});

describe('who leaves the queue', () => {
  it('hears nothing more', () => {
    const house = full({ waitingMsMax: 1000 });
    const left = ask(house);
    left.waiting?.leave();
    release(house.first);
    house.clock.advance(5000);

    expect(left.state).toBe('waiting');
    expect(house.dispatcher.waitingRequests).toBe(0);
    expect(inFlight(house)).toBe(0);
  });

  it('lets those behind have the room that was too small', () => {
    const house = aDispatcher([forTwo]);
    ask(house);
    const large = ask(house, { promptTokens: 6000 });
    const small = ask(house, { promptTokens: 1, expectedOutputTokens: 1 });
    large.waiting?.leave();

    expect(small.state).toBe('granted');
  });

  it('may say so twice, or after having been served', () => {
    const house = full();
    const [served, left] = askTimes(house, 2);
    release(house.first);
    left?.waiting?.leave();
    left?.waiting?.leave();
    served?.waiting?.leave();

    expect(served?.state).toBe('granted');
    expect(inFlight(house)).toBe(1);
  });
});

describe('a request that nobody can take', () => {
  it('names a model that no replica has', () => {
    expect(ask(aDispatcher(), { model: 'gpt-9' }).error).toMatchObject({
      code: 'model_not_found',
      param: 'model',
      message: "No replica serves the model 'gpt-9': GET /v1/models lists what is served.",
    });
  });

  it('is told that there is no replica, while one has not told its models', () => {
    const house = aDispatcher([aReplica(), aReplica({ id: 'silent', models: [] })]);

    expect(ask(house, { model: 'gpt-9' }).error).toMatchObject({
      code: 'no_replica',
      retryAfterMs: 2000,
    });
  });

  it.each(['starting', 'draining', 'ejected'] as const)(
    'is told so, and by which filter, where the replica is %s',
    (state) => {
      const house = aDispatcher();
      house.fleet.setState('replica-0', state);

      expect(ask(house).error).toMatchObject({
        code: 'no_replica',
        reason: 'ready',
      });
    },
  );

  it('is told so by an empty fleet', () => {
    expect(ask(aDispatcher([])).error?.code).toBe('no_replica');
  });

  it('is refused at once and not left to wait', () => {
    const house = full();
    const waiting = ask(house);
    house.fleet.setState('replica-0', 'ejected');
    house.dispatcher.wake();

    expect(waiting.error?.code).toBe('no_replica');
  });
});

describe('a second try', () => {
  it('goes elsewhere at once and past the queue', () => {
    const house = aDispatcher(replicas(2, { kvCapacityTokens: 3000 }));
    const [first] = askTimes(house, 3);
    const failed = first?.place?.replica.id ?? '';
    const place = house.dispatcher.tryElsewhere(aRequest({ excluded: new Set([failed]) }));

    expect(place?.replica.id).not.toBe(failed);
    expect(place?.queueWaitMs).toBe(0);
    expect(inFlight(house)).toBe(3);
  });

  it('has nowhere to go where the other replicas cannot serve it', () => {
    const house = aDispatcher([aReplica(), aReplica({ id: 'other', models: ['other'] })]);

    expect(
      house.dispatcher.tryElsewhere(aRequest({ excluded: new Set(['replica-0']) })),
    ).toBeUndefined();
    expect(inFlight(house)).toBe(0);
  });
});

describe('a place', () => {
  it('is given back once', () => {
    const house = aDispatcher();
    const reservation = ask(house).place?.reservation;

    expect(reservation?.release()).toBe(true);
    expect(reservation?.release()).toBe(false);
    expect(inFlight(house)).toBe(0);
  });

  it('counts the tokens that its stream has had', () => {
    const house = aDispatcher();
    const reservation = ask(house, { promptTokens: 100 }).place?.reservation;
    if (reservation !== undefined) reservation.outputTokens += 7;

    expect(reservation).toMatchObject({
      replicaId: 'replica-0',
      promptTokens: 100,
      outputTokens: 7,
    });
    expect(house.fleet.candidates(0)[0]?.inFlight.kvTokens).toBe(107);
  });

  it('at a replica that has left can still be given back', () => {
    const house = aDispatcher();
    const asked = ask(house);
    house.fleet.leave('replica-0');

    expect(asked.place?.reservation.release()).toBe(true);
  });
});

describe('those who are told', () => {
  it('may ask again from within the answer', () => {
    const house = full();
    let second: Asked | undefined;
    house.dispatcher.enter(aRequest(), {
      granted: ({ reservation }) => {
        second = ask(house);
        reservation.release();
      },
      refused: () => undefined,
    });
    release(house.first);

    expect(second?.state).toBe('granted');
    expect(inFlight(house)).toBe(1);
  });

  it('may give their place back from within the answer, and the next is served', () => {
    const house = full();
    const grants: number[] = [];
    for (const number of [1, 2, 3]) {
      house.dispatcher.enter(aRequest(), {
        granted: ({ reservation }) => {
          grants.push(number);
          reservation.release();
        },
        refused: () => undefined,
      });
    }
    release(house.first);

    expect(grants).toEqual([1, 2, 3]);
    expect(house.dispatcher.waitingRequests).toBe(0);
  });

  it('are all refused, at once and alike, where the house closes', () => {
    const house = full();
    const all = askTimes(house, 3);
    const error = new GatewayError('shutting_down', 'The gateway is shutting down.');
    house.dispatcher.refuseAll(error);

    expect(all.map((asked) => asked.error)).toEqual([error, error, error]);
    expect(house.clock.timers).toBe(0);
  });
});

describe('any course of requests', () => {
  type Step =
    | { readonly kind: 'ask'; readonly request: Partial<RoutingRequest> }
    | { readonly kind: 'first' | 'release' | 'leave'; readonly which: number }
    | { readonly kind: 'pass'; readonly milliseconds: number };

  const which = fc.nat({ max: 40 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        request: fc.record({
          promptTokens: fc.integer({ min: 1, max: 4000 }),
          expectedOutputTokens: fc.integer({ min: 1, max: 3000 }),
          priority: fc.nat({ max: 1 }),
          model: fc.constantFrom('llama', 'other'),
        }),
      }),
    },
    fc.record({ kind: fc.constantFrom('first' as const, 'release' as const), which }),
    fc.record({ kind: fc.constant('leave' as const), which }),
    fc.record({ kind: fc.constant('pass' as const), milliseconds: fc.nat({ max: 400 }) }),
  );

  const members: readonly Replica[] = [
    ...replicas(2, { kvCapacityTokens: 6000 }),
    aReplica({ id: 'both', models: ['llama', 'other'], kvCapacityTokens: 4000 }),
  ];

  function take(house: ADispatcher, all: Asked[], one: Step): void {
    if (one.kind === 'ask') all.push(ask(house, one.request));
    else if (one.kind === 'pass') house.clock.advance(one.milliseconds);
    else if (one.kind === 'first') all[one.which]?.place?.reservation.firstToken();
    else release(all[one.which]);
  }

  /** No more is bound than fits, but for a single request at an idle replica. */
  function fits({ inFlight: held, replica }: Candidate): boolean {
    return held.requests <= 1 || held.kvTokensPeak <= (replica.kvCapacityTokens ?? Infinity);
  }

  it(
    'never gives the same room twice, never idles while someone waits, and ends at nothing',
    {
      timeout: 30_000,
    },
    () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
          const house = aDispatcher(members, { waitingMsMax: 1000, waitingRequestsMax: 8 });
          const all: Asked[] = [];
          const left = new Set<Asked>();
          for (const one of steps) {
            const leaver = one.kind === 'leave' ? all[one.which] : undefined;
            if (leaver === undefined) take(house, all, one);
            else if (leaver.state === 'waiting') left.add(leaver);
            leaver?.waiting?.leave();
            const candidates = house.fleet.candidates(house.clock.nowMs());

            expect(candidates.every(fits)).toBe(true);
            expect(house.dispatcher.waitingRequests).toBeLessThanOrEqual(8);
            const idle = candidates.filter((candidate) => candidate.inFlight.requests === 0);
            const waiting = all.filter((asked) => asked.state === 'waiting' && !left.has(asked));
            for (const { request } of waiting) {
              expect(idle.filter(({ replica }) => replica.models.includes(request.model))).toEqual(
                [],
              );
            }
            expect(waiting).toHaveLength(house.dispatcher.waitingRequests);
          }
          house.clock.advance(1000);
          for (const asked of all) release(asked);

          expect(house.dispatcher.waitingRequests).toBe(0);
          expect(inFlight(house)).toBe(0);
          expect(house.clock.timers).toBe(0);
        }),
        { numRuns: 300 },
      );
    },
  );
});

describe('a prompt that was asked before', () => {
  const prompt = { blockHashes: [1, 2, 3, 4], blockTokens: 500, promptTokens: 2100 };

  it('is taken to be cached where it went', () => {
    const house = aDispatcher(replicas(2));
    const first = ask(house, prompt);
    const again = house.dispatcher.tryElsewhere(
      aRequest({ ...prompt, excluded: new Set(['replica-1', 'replica-0'].filter(isOther(first))) }),
    );

    expect(first.place?.cachedTokens).toBe(0);
    expect(again).toMatchObject({ cachedTokens: 2000 });
    const [candidate] = house.fleet
      .candidates(0)
      .filter(({ replica }) => replica.id === first.place?.replica.id);
    expect(candidate?.inFlight).toMatchObject({ requests: 2, prefillTokens: 2100 + 100 });
  });

  it('is taken to be cached less where the engine did not find it', () => {
    const house = aDispatcher();
    ask(house, prompt);
    const again = ask(house, prompt);
    if (again.place !== undefined) house.dispatcher.observeCached(again.place, 0);

    expect(ask(house, prompt).place?.cachedTokens).toBeLessThan(2000);
  });

  it('waits for the replica that has it no longer than that saves, though nothing happens', () => {
    const house = aDispatcher(replicas(2), { prefillTokensMax: 2_000 });
    const blockHashes = Array.from({ length: 40 }, (_, index) => index);
    const long = { blockHashes, blockTokens: 500, promptTokens: 20_500 };
    const before = ask(house, long);
    before.place?.reservation.firstToken();
    release(before);
    const others = [ask(house, { promptTokens: 1_900 }), ask(house, { promptTokens: 1_900 })];
    const holder = before.place?.replica.id;
    release(others.find(({ place }) => place?.replica.id !== holder));

    const again = ask(house, long);
    expect(again.state).toBe('waiting');
    house.clock.advance(60_000);

    expect(again.place?.replica.id).not.toBe(holder);
    expect(again.place?.queueWaitMs).toBeGreaterThan(0);
    expect(again.place?.queueWaitMs).toBeLessThan(60_000);
  });
});

/** True for the replicas that a request did not go to. */
function isOther({ place }: Asked): (id: string) => boolean {
  return (id) => id !== place?.replica.id;
}

describe('what a place tells of the wait', () => {
  it('is nothing where there was none', () => {
    const { place } = ask(aDispatcher());

    expect(place?.wait).toEqual({
      ms: 0,
      lacked: undefined,
      waitingRequests: 0,
      served: { requests: 0, lastIds: [] },
    });
  });

  it('is how long it was, what was lacked, and who was served meanwhile', () => {
    const house = full();
    const [first, second] = ['first', 'second'].map((requestId) => ask(house, { requestId }));
    house.clock.advance(100);
    release(house.first);
    house.clock.advance(50);
    release(first);

    expect(first?.place?.wait).toEqual({
      ms: 100,
      lacked: 'room',
      waitingRequests: 0,
      served: { requests: 0, lastIds: [] },
    });
    expect(second?.place?.wait).toEqual({
      ms: 150,
      lacked: 'turn',
      waitingRequests: 1,
      served: { requests: 1, lastIds: ['first'] },
    });
  });

  it('stands beside a refusal too', () => {
    const { dispatcher, clock } = full({ waitingMsMax: 500 });
    const refusals: Refusal[] = [];
    dispatcher.enter(aRequest(), {
      granted: () => undefined,
      refused: (_error, refusal) => void refusals.push(refusal),
    });
    clock.advance(500);

    expect(refusals).toMatchObject([{ wait: { ms: 500, lacked: 'room' }, receipt: undefined }]);
  });
});

describe('the receipt of a place', () => {
  it('names those that had no room, and those that a filter dropped', () => {
    const house = aDispatcher(replicas(3, { kvCapacityTokens: 3000 }));
    house.fleet.setState('replica-1', 'draining');
    const [, second] = askTimes(house, 2);
    const taken = second?.place?.replica.id === 'replica-0' ? 'replica-2' : 'replica-0';

    expect(
      second?.place?.receipt.dropped.toSorted((one, other) =>
        one.replica < other.replica ? -1 : 1,
      ),
    ).toEqual(
      [
        { replica: taken, filter: 'head-room' },
        { replica: 'replica-1', filter: 'ready' },
      ].toSorted((one, other) => (one.replica < other.replica ? -1 : 1)),
    );
  });

  it('is handed to who is refused because nobody can take it', () => {
    const { dispatcher } = aDispatcher();
    const refusals: Refusal[] = [];
    dispatcher.enter(aRequest({ model: 'qwen' }), {
      granted: () => undefined,
      refused: (_error, refusal) => void refusals.push(refusal),
    });

    expect(refusals[0]?.receipt?.dropped).toEqual([{ replica: 'replica-0', filter: 'serves' }]);
  });
});

describe('another router', () => {
  it('decides from here on, on those who wait too, and leaves places as they are', () => {
    const house = aDispatcher([forTwo]);
    const [first, , third] = askTimes(house, 3);
    const policy = createPolicy('round-robin', { random: () => 0 });

    house.dispatcher.follow(new Router(policy));
    release(first);

    expect(third?.place?.receipt.policy).toBe('round-robin');
    expect(inFlight(house)).toBe(2);
  });
});
