import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WaitingRoom, type WaitingTerms } from '../../../routing/structures/waiting-room.ts';

function terms(facts: Partial<WaitingTerms> = {}): WaitingTerms {
  return { lane: 'llama', priority: 0, deadlineMs: Infinity, enteredMs: 0, ...facts };
}

function aRoom(waitingRequestsMax = 100, waitingMsMax = 1000): WaitingRoom<string> {
  return new WaitingRoom({ waitingRequestsMax, waitingMsMax });
}

/** Serves the first of all heads until nobody is left. */
function serveAll(room: WaitingRoom<string>): string[] {
  const served: string[] = [];
  for (let [head] = room.heads(); head !== undefined; [head] = room.heads()) {
    room.leave(head);
    served.push(head.item);
  }
  return served;
}

describe('WaitingRoom', () => {
  it('serves in the order of entering', () => {
    const room = aRoom();
    for (const item of ['a', 'b', 'c']) room.enter(item, terms());

    expect(serveAll(room)).toEqual(['a', 'b', 'c']);
  });

  it('serves a higher priority earlier, and equals in order', () => {
    const room = aRoom();
    room.enter('low', terms({ priority: -1 }));
    room.enter('first', terms());
    room.enter('high', terms({ priority: 5 }));
    room.enter('second', terms());

    expect(serveAll(room)).toEqual(['high', 'first', 'second', 'low']);
  });

  it('gives the place back to who entered earlier and comes again', () => {
    const room = aRoom();
    room.enter('later', terms({ enteredMs: 20 }));
    room.enter('again', terms({ enteredMs: 10 }));

    expect(serveAll(room)).toEqual(['again', 'later']);
  });

  it('is full at its bound, and has a place when someone leaves', () => {
    const room = aRoom(2);
    const first = room.enter('a', terms());
    expect(room.enter('b', terms())).toBeDefined();
    expect(room.enter('c', terms())).toBeUndefined();
    expect(room.size).toBe(2);

    if (first !== undefined) room.leave(first);

    expect(room.enter('c', terms())).toBeDefined();
    expect(serveAll(room)).toEqual(['b', 'c']);
  });

  it('takes nobody when it has no places', () => {
    expect(aRoom(0).enter('a', terms())).toBeUndefined();
  });

  it('lets a place be given up once', () => {
    const room = aRoom();
    const ticket = room.enter('a', terms());
    if (ticket === undefined) throw new Error('the room has places');

    expect(room.leave(ticket)).toBe(true);
    expect(room.leave(ticket)).toBe(false);
    expect(room.size).toBe(0);
  });

  it('has a head for each lane, so that lanes do not hold each other up', () => {
    const room = aRoom();
    room.enter('llama 1', terms());
    room.enter('llama 2', terms());
    room.enter('qwen 1', terms({ lane: 'qwen' }));
    room.enter('qwen 2', terms({ lane: 'qwen', priority: 1 }));

    expect(room.heads().map(({ item }) => item)).toEqual(['qwen 2', 'llama 1']);
  });

  it('knows who would be served next in a lane', () => {
    const room = aRoom();
    expect(room.wouldLead(terms())).toBe(true);

    room.enter('a', terms({ priority: 1, enteredMs: 10 }));

    expect(room.wouldLead(terms({ priority: 1, enteredMs: 10 }))).toBe(false);
    expect(room.wouldLead(terms({ priority: 1, enteredMs: 9 }))).toBe(true);
    expect(room.wouldLead(terms({ priority: 2, enteredMs: 11 }))).toBe(true);
    expect(room.wouldLead(terms({ priority: 0, enteredMs: 0 }))).toBe(false);
    expect(room.wouldLead(terms({ lane: 'qwen' }))).toBe(true);
  });

  it('expires who has waited too long, at the bound and not before', () => {
    const room = aRoom(10, 1000);
    room.enter('a', terms({ enteredMs: 5 }));
    expect(room.nextExpiryMs).toBe(1005);

    expect(room.expire(1004)).toEqual([]);
    expect(room.expire(1005).map(({ item }) => item)).toEqual(['a']);
    expect(room.nextExpiryMs).toBe(Infinity);
    expect(room.size).toBe(0);
  });

  it('expires a deadline that comes before the longest wait', () => {
    const room = aRoom(10, 1000);
    room.enter('patient', terms());
    room.enter('hurried', terms({ deadlineMs: 300 }));
    expect(room.nextExpiryMs).toBe(300);

    expect(room.expire(300).map(({ item }) => item)).toEqual(['hurried']);
    expect(serveAll(room)).toEqual(['patient']);
  });

  it('expires those longest overdue first', () => {
    const room = aRoom(10, 1000);
    room.enter('b', terms({ deadlineMs: 20 }));
    room.enter('a', terms({ deadlineMs: 10 }));
    room.enter('c', terms({ deadlineMs: 20 }));

    expect(room.expire(50).map(({ item }) => item)).toEqual(['a', 'b', 'c']);
  });

  it('serves everyone once, by priority and then by entering, after any goings', () => {
    const guests = fc.array(
      fc.record({
        priority: fc.integer({ min: -2, max: 2 }),
        enteredMs: fc.nat(5),
        stays: fc.boolean(),
      }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(guests, (given) => {
        const room = aRoom();
        for (const [index, { stays, ...rest }] of given.entries()) {
          const ticket = room.enter(`${index}`, terms(rest));
          if (!stays && ticket !== undefined) room.leave(ticket);
        }
        const expected = given
          .map((guest, index) => ({ ...guest, item: `${index}` }))
          .filter(({ stays }) => stays)
          // A stable sort: equals stay in order of entering.
          .toSorted((a, b) => b.priority - a.priority || a.enteredMs - b.enteredMs)
          .map(({ item }) => item);

        expect(serveAll(room)).toEqual(expected);
        expect(room.nextExpiryMs).toBe(Infinity);
      }),
    );
  });
});
