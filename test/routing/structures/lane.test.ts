import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lane, type LaneTerms } from '../../../routing/structures/lane.ts';

let numbersGiven = 0;

function one(priority: number, facts: Partial<LaneTerms> = {}): LaneTerms {
  const number = numbersGiven++;
  const defaults = { tenant: 'anyone', weight: 1, tokens: 100, dueMs: 0, enteredMs: 0 };
  return { ...defaults, priority, number, ...facts };
}

function laneOf(...all: readonly LaneTerms[]): Lane<LaneTerms> {
  const lane = new Lane<LaneTerms>();
  for (const each of all) lane.add(each, each.enteredMs);
  return lane;
}

function many(count: number, priority: number, facts: Partial<LaneTerms> = {}): LaneTerms[] {
  return Array.from({ length: count }, () => one(priority, facts));
}

/** Serves the next `count` and tells their priorities. */
function serve(lane: Lane<LaneTerms>, count = Infinity): number[] {
  const served: number[] = [];
  for (let { first } = lane; first !== undefined && served.length < count; { first } = lane) {
    lane.serve(first, 0);
    served.push(first.priority);
  }
  return served;
}

describe('a lane', () => {
  it('serves a higher priority earlier', () => {
    expect(serve(laneOf(one(0), one(5), one(-1), one(5)))).toEqual([5, 5, 0, -1]);
  });

  it('gives one another place among those of its priority', () => {
    let dueMs = 0;
    const first = {
      ...one(1),
      get dueMs() {
        return dueMs;
      },
    };
    const [second, lower] = [one(1, { dueMs: 5 }), one(0)];
    const lane = laneOf(first, second, lower);
    lane.reorder(first, () => (dueMs = 6));

    expect([...lane.inOrder()]).toEqual([second, first, lower]);
  });

  it('has the lower priorities leave room for the higher ones that were served', () => {
    const waiting = one(1, { tokens: 70 });
    const lane = laneOf(waiting);
    lane.charge(one(2, { tokens: 5 }));
    expect(lane.keptTokens(0, 0)).toBe(10);

    lane.serve(waiting, 0);

    expect([2, 1, 0].map((priority) => lane.keptTokens(priority, 0))).toEqual([0, 10, 150]);
  });

  it('counts who waits, and what they want', () => {
    const gone = one(1);
    const lane = laneOf(gone, one(0));
    expect([lane.size, lane.waitingTokens]).toEqual([2, 200]);

    expect(lane.remove(gone, 0)).toBe(true);
    expect(lane.remove(gone, 0)).toBe(false);

    expect([lane.size, lane.waitingTokens]).toEqual([1, 100]);
  });

  it('is idle when nobody waits and all is settled', () => {
    const lane = laneOf();
    const charge = lane.charge(one(3));
    expect(lane.isIdle).toBe(false);
    charge.settle(0);

    expect(lane.isIdle).toBe(true);
  });

  it('knows its pace from those who waited', () => {
    const lane = laneOf(...many(20, 0));
    for (let nowMs = 100; nowMs <= 2000; nowMs += 100) {
      if (lane.first !== undefined) lane.serve(lane.first, nowMs);
    }

    expect((lane.msToDrain(1000, 2000) ?? 0) / 1000).toBeCloseTo(1, 1);
  });

  it('counts before one those of higher priority, and of its own those who are due', () => {
    const last = one(0, { dueMs: 9 });
    const lane = laneOf(last, one(0), one(-1), ...many(3, 2));

    expect(lane.tokensBefore(last)).toBe(400);
  });
});

describe('a lower priority', () => {
  it('has its turn after sixteen times its tokens, and not one request earlier', () => {
    const lane = laneOf(...many(40, 1), ...many(2, 0));

    expect(serve(lane, 34)).toEqual([...high(16), 0, ...high(16), 0]);
  });

  it('waits for longer the more it wants', () => {
    const lane = laneOf(...many(40, 1), one(0, { tokens: 200 }));

    expect(serve(lane, 33)).toEqual([...high(32), 0]);
  });

  it('is owed one turn and no burst, however long it has no room', () => {
    const blocked = many(4, 0);
    const lane = laneOf(...many(200, 1), ...blocked);
    const above = [...lane.inOrder()].filter(({ priority }) => priority === 1);
    for (const each of above.slice(0, 100)) {
      lane.serve(each, 0);
    }

    expect(serve(lane, 3)).toEqual([0, 1, 1]);
  });

  it('shares what is owed with those lower still, by who came first', () => {
    const lane = laneOf(
      ...many(200, 2),
      one(1, { enteredMs: 2 }),
      one(0, { enteredMs: 1 }),
      one(1, { enteredMs: 3 }),
    );

    expect(serve(lane, 51).filter((priority) => priority < 2)).toEqual([0, 1, 1]);
  });

  it('has no claim from before it came', () => {
    const lane = laneOf(...many(100, 1));
    serve(lane, 50);
    lane.add(one(0), 0);

    expect(serve(lane, 17)).toEqual([...high(16), 0]);
  });
});

function high(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

describe('any lane', () => {
  const guests = fc.array(
    fc.record({
      priority: fc.integer({ min: -2, max: 2 }),
      tokens: fc.integer({ min: 1, max: 500 }),
      tenant: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 60 },
  );

  it('starts its walk with who is next, and meets everyone once', () => {
    fc.assert(
      fc.property(guests, fc.nat({ max: 40 }), (given, served) => {
        const lane = laneOf(...given.map(({ priority, ...facts }) => one(priority, facts)));
        serve(lane, served);
        const walked = [...lane.inOrder()];

        expect(walked[0]).toBe(lane.first);
        expect(new Set(walked).size).toBe(lane.size);
      }),
    );
  });

  it('starves nobody: each has its turn though higher ones keep coming', () => {
    fc.assert(
      fc.property(guests, (given) => {
        const lane = laneOf(...given.map(({ priority, ...facts }) => one(priority, facts)));
        const wanted = given.reduce((sum, { tokens }) => sum + tokens, 0);
        const all = new Set(lane.inOrder());
        // At most sixteen times their tokens, and one more for each turn.
        for (let turn = 0; turn < (17 * wanted) / 100 + 2 * given.length + 2; turn++) {
          lane.add(one(9, { enteredMs: 1 }), 1);
          const { first } = lane;
          if (first !== undefined) lane.serve(first, 1);
          if (first !== undefined) all.delete(first);
        }

        expect(all.size).toBe(0);
      }),
    );
  });
});
