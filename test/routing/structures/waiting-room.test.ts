import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  WaitingRoom,
  type WaitingRoomLimits,
  type WaitingTerms,
  LATE_PATIENCE_MS,
} from '../../../routing/structures/waiting-room.ts';

function terms(facts: Partial<WaitingTerms> = {}): WaitingTerms {
  return {
    lane: 'llama',
    tenant: 'anyone',
    weight: 1,
    priority: 0,
    deadlineMs: Infinity,
    enteredMs: 0,
    promptTokens: 60,
    expectedOutputTokens: 40,
    bytes: 1000,
    ...facts,
  };
}

function aRoom(limits: Partial<WaitingRoomLimits> = {}): WaitingRoom<string> {
  return new WaitingRoom({ waitingRequestsMax: 100, waitingMsMax: 1000, ...limits });
}

function walk(room: WaitingRoom<string>, lane = 'llama'): string[] {
  return [...room.inOrder(lane)].map(({ item }) => item);
}

/** Serves who is first in a lane until nobody is left. */
function serveAll(room: WaitingRoom<string>, lane = 'llama'): string[] {
  const served: string[] = [];
  for (;;) {
    const [first] = room.inOrder(lane);
    if (first === undefined) return served;
    room.serve(first, 0);
    served.push(first.item);
  }
}

/** Lets time pass until those who are late at `untilMs` have been so for as long as makes it an overload. */
function overload(room: WaitingRoom<string>, untilMs = 600): void {
  for (const nowMs of [untilMs - 400, untilMs]) room.passTime(nowMs);
}

describe('who has waited too long to be served well', () => {
  it('lets those go first who have not, once somebody has been late for two good waits', () => {
    const room = aRoom({ goodWaitMs: 200 });
    room.enter('late', terms({ enteredMs: 0 }));
    room.enter('good', terms({ enteredMs: 401 }));
    for (const nowMs of [200, 599]) room.passTime(nowMs);
    expect(walk(room)).toEqual(['late', 'good']);

    room.passTime(600);

    expect(walk(room)).toEqual(['good', 'late']);
  });

  it('is served in the order of entering with others like it', () => {
    const room = aRoom({ goodWaitMs: 200 });
    for (const item of ['a', 'b', 'c']) room.enter(item, terms());
    overload(room);

    expect(serveAll(room)).toEqual(['a', 'b', 'c']);
  });

  it('is due again after its patience, and before all who come later', () => {
    const room = aRoom({ goodWaitMs: 200, waitingMsMax: 1e9 });
    room.enter('late', terms({ enteredMs: 0 }));
    overload(room);
    room.enter('before', terms({ enteredMs: LATE_PATIENCE_MS - 30_001 }));
    room.enter('after', terms({ enteredMs: LATE_PATIENCE_MS - 30_000 }));

    expect(walk(room)).toEqual(['before', 'late', 'after']);
  });

  it('keeps its own deadline', () => {
    const room = aRoom({ goodWaitMs: 200 });
    room.enter('hurried', terms({ deadlineMs: 900 }));
    overload(room);
    room.enter('good', terms({ enteredMs: 600 }));

    expect(walk(room)).toEqual(['hurried', 'good']);
  });

  it('is forgotten where it is served or leaves before', () => {
    const room = aRoom({ goodWaitMs: 200 });
    room.leave(room.enter('gone', terms()), 0);
    room.serve(room.enter('served', terms()), 0);
    room.enter('late', terms());
    overload(room);

    expect(walk(room)).toEqual(['late']);
  });

  it('keeps its turn where nobody said what a good wait is', () => {
    const room = aRoom();
    room.enter('first', terms());
    room.enter('second', terms({ enteredMs: 1 }));
    room.passTime(1e9);

    expect(walk(room)).toEqual(['first', 'second']);
  });
});

describe('those who wait', () => {
  it('are served in the order of entering', () => {
    const room = aRoom();
    for (const item of ['a', 'b', 'c']) room.enter(item, terms());

    expect(serveAll(room)).toEqual(['a', 'b', 'c']);
  });

  it('are served by priority, then tenant by tenant, then by deadline', () => {
    const room = aRoom();
    room.enter('low', terms({ priority: -1 }));
    room.enter('first', terms());
    room.enter('high', terms({ priority: 5 }));
    room.enter('hurried', terms({ deadlineMs: 50 }));
    room.enter('guest', terms({ tenant: 'guest' }));

    expect(serveAll(room)).toEqual(['high', 'hurried', 'guest', 'first', 'low']);
  });

  it('are not overtaken by who came half a minute later, however short its deadline', () => {
    const order = (enteredMs: number): string[] => {
      const room = aRoom({ waitingMsMax: 1e6 });
      room.enter('patient', terms());
      room.enter('hurried', terms({ enteredMs, deadlineMs: enteredMs + 1 }));
      return walk(room);
    };

    expect(order(29_998)).toEqual(['hurried', 'patient']);
    expect(order(29_999)).toEqual(['patient', 'hurried']);
  });

  it('have lanes that do not hold each other up, in order of their first ones', () => {
    const room = aRoom();
    room.enter('llama 1', terms());
    room.enter('llama 2', terms());
    room.enter('qwen 1', terms({ lane: 'qwen' }));
    room.enter('qwen 2', terms({ lane: 'qwen', priority: 1 }));

    expect(room.lanes()).toEqual(['qwen', 'llama']);
    expect([walk(room), walk(room, 'qwen'), walk(room, 'gpt')]).toEqual([
      ['llama 1', 'llama 2'],
      ['qwen 2', 'qwen 1'],
      [],
    ]);
    expect([room.size, room.sizeOf('llama'), room.sizeOf('gpt')]).toEqual([4, 2, 0]);
  });

  it('give their place up once', () => {
    const room = aRoom();
    const ticket = room.enter('a', terms());

    expect(room.leave(ticket, 0)).toBe(true);
    expect(room.leave(ticket, 0)).toBe(false);
    expect(room.size).toBe(0);
  });

  it('are served after what their tenant was served without waiting', () => {
    const room = aRoom();
    room.charge(terms({ tenant: 'busy' }));
    room.charge(terms({ tenant: 'busy' }));
    room.enter('busy', terms({ tenant: 'busy' }));
    room.enter('guest', terms({ tenant: 'guest' }));

    expect(serveAll(room)).toEqual(['guest', 'busy']);
  });
});

describe('a bound of the room', () => {
  const bounds: readonly (readonly [string, Partial<WaitingRoomLimits>])[] = [
    ['requests', { waitingRequestsMax: 2 }],
    ['bytes', { waitingBytesMax: 2000 }],
    ['tokens', { waitingPromptTokensMax: 120 }],
  ];

  it.each(bounds)(
    'of %s is kept by two, passed by the third and kept without it',
    (name, limits) => {
      const room = aRoom(limits);
      room.enter('a', terms());
      room.enter('b', terms());
      expect(room.overfull).toBeUndefined();

      const third = room.enter('c', terms());
      expect(room.overfull).toBe(name);

      room.leave(third, 0);
      expect(room.overfull).toBeUndefined();
    },
  );

  it('of no requests is passed by the first', () => {
    const room = aRoom({ waitingRequestsMax: 0 });
    room.enter('a', terms());

    expect(room.overfull).toBe('requests');
  });

  it('has room again after everyone was served', () => {
    const room = aRoom({ waitingBytesMax: 1000, waitingPromptTokensMax: 60 });
    room.enter('a', terms());
    serveAll(room);
    room.enter('b', terms());

    expect(room.overfull).toBeUndefined();
  });
});

describe('a wait', () => {
  it('ends when it has lasted too long, at the bound and not before', () => {
    const room = aRoom();
    room.enter('a', terms({ enteredMs: 5 }));
    expect(room.nextExpiryMs).toBe(1005);

    expect(room.expire(1004)).toEqual([]);
    expect(room.expire(1005).map(({ item }) => item)).toEqual(['a']);
    expect(room.nextExpiryMs).toBe(Infinity);
    expect(room.size).toBe(0);
  });

  it('ends at a deadline that comes before that', () => {
    const room = aRoom();
    room.enter('patient', terms());
    room.enter('hurried', terms({ deadlineMs: 300 }));
    expect(room.nextExpiryMs).toBe(300);

    expect(room.expire(300).map(({ item }) => item)).toEqual(['hurried']);
    expect(serveAll(room)).toEqual(['patient']);
  });

  it('ends first for those longest overdue', () => {
    const room = aRoom();
    room.enter('b', terms({ deadlineMs: 20 }));
    room.enter('a', terms({ deadlineMs: 10 }));
    room.enter('c', terms({ deadlineMs: 20 }));

    expect(room.expire(50).map(({ item }) => item)).toEqual(['a', 'b', 'c']);
  });

  it('can be ended for all, whatever their time', () => {
    const room = aRoom();
    room.enter('a', terms());
    room.enter('b', terms({ enteredMs: 10 }));

    expect(room.expire(20, Infinity).map(({ item }) => item)).toEqual(['a', 'b']);
  });

  it('is foretold by the pace of late and by who is before it', () => {
    const room = aRoom({ waitingMsMax: 1e6 });
    for (let index = 0; index < 50; index++) room.enter(`${index}`, terms({ priority: 1 }));
    const last = room.enter('last', terms());
    expect(room.msUntilTurn(last, 0)).toBeUndefined();
    expect(room.msToDrain('llama', 0)).toBeUndefined();

    for (let nowMs = 100; nowMs <= 3000; nowMs += 100) {
      const [first] = room.inOrder('llama');
      if (first !== undefined) room.serve(first, nowMs);
    }

    expect((room.msUntilTurn(last, 3000) ?? 0) / 2000).toBeCloseTo(1, 1);
    expect((room.msToDrain('llama', 3000) ?? 0) / 2100).toBeCloseTo(1, 1);
    expect(room.msToDrain('gpt', 3000)).toBeUndefined();
  });
});

describe('any room', () => {
  const guests = fc.array(
    fc.record({
      priority: fc.integer({ min: -2, max: 2 }),
      enteredMs: fc.nat(5),
      stays: fc.boolean(),
    }),
    { maxLength: 16 },
  );

  it('serves everyone of a tenant once, by priority and then by entering, after any goings', () => {
    fc.assert(
      fc.property(guests, (given) => {
        const room = aRoom();
        for (const [index, { stays, ...rest }] of given.entries()) {
          const ticket = room.enter(`${index}`, terms(rest));
          if (!stays) room.leave(ticket, 5);
        }
        const expected = given
          .map((guest, index) => ({ ...guest, item: `${index}` }))
          .filter(({ stays }) => stays)
          // A stable sort: equals stay in order of entering.
          .toSorted((a, b) => b.priority - a.priority || a.enteredMs - b.enteredMs)
          .map(({ item }) => item);

        // So few that none is owed a turn past a higher priority.
        expect(serveAll(room)).toEqual(expected);
        expect(room.nextExpiryMs).toBe(Infinity);
      }),
    );
  });

  it('does not remember every lane that there ever was', () => {
    const room = aRoom();
    for (let index = 0; index < 5000; index++) {
      const lane = `model-${index}`;
      room.charge(terms({ lane })).settle(100);
      room.leave(room.enter('a', terms({ lane })), 0);
    }

    expect(room.lanesKnown).toBeLessThanOrEqual(1001);
  });
});
