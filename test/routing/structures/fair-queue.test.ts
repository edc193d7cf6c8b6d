import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue, type FairTerms } from '../../../routing/structures/fair-queue.ts';

let numbersGiven = 0;

function one(tenant: string, facts: Partial<FairTerms> = {}): FairTerms {
  return { tenant, weight: 1, tokens: 100, dueMs: 0, number: numbersGiven++, ...facts };
}

function queueOf(...all: readonly FairTerms[]): FairQueue<FairTerms> {
  const queue = new FairQueue<FairTerms>();
  for (const each of all) queue.add(each);
  return queue;
}

/** `count` requests of one tenant. */
function many(count: number, tenant: string, facts: Partial<FairTerms> = {}): FairTerms[] {
  return Array.from({ length: count }, () => one(tenant, facts));
}

/** Serves the next `count` and tells their tenants; none is settled. */
function serve(queue: FairQueue<FairTerms>, count = Infinity): string {
  let served = '';
  while (served.length < count && queue.first !== undefined) {
    served += queue.first.tenant;
    queue.serve(queue.first);
  }
  return served;
}

describe('tenants who wait', () => {
  it('are served in turns, however many requests each has', () => {
    expect(serve(queueOf(...many(6, 'a'), ...many(3, 'b')))).toBe('abababaaa');
  });

  it('share by tokens and not by requests', () => {
    const queue = queueOf(...many(3, 'a', { tokens: 300 }), ...many(9, 'b'));

    expect(serve(queue, 8)).toBe('abbbabbb');
  });

  it('share by their weights', () => {
    const queue = queueOf(...many(4, 'a'), ...many(8, 'b', { weight: 2 }));

    expect(serve(queue, 9).replaceAll('a', '')).toHaveLength(6);
  });

  it('are served in another order where one is due at another time', () => {
    let dueMs = 0;
    const first = {
      ...one('a'),
      get dueMs() {
        return dueMs;
      },
    };
    const second = one('a', { dueMs: 5 });
    const queue = queueOf(first, second);
    queue.reorder(first, () => (dueMs = 6));

    expect([...queue.inOrder()]).toEqual([second, first]);
    expect(queue.size).toBe(2);
    expect(queue.waitingTokens).toBe(200);
  });

  it('are as they were where one is reordered that does not wait', () => {
    const queue = queueOf(one('a'));
    queue.reorder(one('b'), () => undefined);

    expect(serve(queue)).toBe('a');
  });

  it('are each served by what is due first, then by the order of entering', () => {
    const [late, soon, second] = [
      one('a', { dueMs: 9 }),
      one('a', { dueMs: 1 }),
      one('a', { dueMs: 9 }),
    ];

    expect([...queueOf(late, soon, second).inOrder()]).toEqual([soon, late, second]);
  });

  it('can go away unserved, once, and are not charged', () => {
    const [gone, stays] = [one('a'), one('b')];
    const queue = queueOf(gone, stays);

    expect(queue.remove(gone)).toBe(true);
    expect(queue.remove(gone)).toBe(false);
    expect(queue.remove(one('nobody'))).toBe(false);
    expect([queue.size, queue.waitingTokens, queue.first]).toEqual([1, 100, stays]);
  });
});

describe('a tenant that was idle', () => {
  it('has gathered no credit', () => {
    const queue = queueOf(...many(100, 'a'));
    serve(queue, 50);
    for (const each of many(5, 'b')) queue.add(each);

    expect(serve(queue, 10)).toMatch(/^(?:ab|ba){5}$/);
  });

  it('does not begin anew by being idle for a moment', () => {
    const queue = queueOf(one('a', { tokens: 1000 }), ...many(30, 'b'));
    serve(queue, 2);
    queue.add(one('a'));

    expect(serve(queue, 11)).toBe('a'.padStart(11, 'b'));
  });

  it('pays for what it is served without waiting', () => {
    const queue = queueOf(...many(5, 'b'));
    for (const each of many(3, 'a')) queue.charge(each);
    queue.add(one('a'));

    expect(serve(queue)).toBe('bbbbab');
  });
});

describe('a charge', () => {
  it('is corrected once by what was taken: less brings the next turn forward, more puts it off', () => {
    const after = (tokens: number): string => {
      const queue = queueOf(...many(2, 'a', { tokens: 400 }), ...many(12, 'b'));
      const { first } = queue;
      const charge = first === undefined ? undefined : queue.serve(first);
      charge?.settle(tokens);
      charge?.settle(0);
      return serve(queue, 9);
    };

    expect(after(100)).toBe('bab'.padEnd(9, 'b'));
    expect(after(400)).toBe('bbbbab'.padEnd(9, 'b'));
    expect(after(700)).toBe('bbbbbbbab');
  });

  it('that is given back does not lead to before the wait began', () => {
    const queue = queueOf(...many(20, 'b'));
    const early = queue.charge(one('a', { tokens: 500 }));
    serve(queue, 10);
    for (const each of many(5, 'a')) queue.add(each);
    early.settle(0);

    expect(serve(queue, 6)).toMatch(/^(?:ab|ba){3}$/);
  });

  it('is all that is remembered of a queue, until it is settled', () => {
    const queue = queueOf();
    const charge = queue.charge(one('a'));
    expect(queue.isIdle).toBe(false);
    charge.settle(100);

    expect(queue.isIdle).toBe(true);
  });
});

const requests = fc.array(
  fc.record({
    tenant: fc.constantFrom('a', 'b', 'c', 'd'),
    tokens: fc.integer({ min: 1, max: 1000 }),
    dueMs: fc.nat({ max: 5 }),
  }),
  { maxLength: 60 },
);

function queueFor(given: readonly Partial<FairTerms>[]): FairQueue<FairTerms> {
  return queueOf(...given.map(({ tenant = '', ...facts }) => one(tenant, facts)));
}

describe('any queue', () => {
  it('foretells the order in which it serves', () => {
    fc.assert(
      fc.property(requests, (given) => {
        const queue = queueFor(given);
        const foretold = [...queue.inOrder()];
        const served: FairTerms[] = [];
        for (let { first } = queue; first !== undefined; { first } = queue) {
          served.push(first);
          queue.serve(first);
        }

        expect(served).toEqual(foretold);
        expect([queue.size, queue.waitingTokens]).toEqual([0, 0]);
      }),
    );
  });

  it('foretells what is served before each, within one request of each other tenant', () => {
    fc.assert(
      fc.property(requests, (given) => {
        const queue = queueFor(given);
        let before = 0;
        for (const each of queue.inOrder()) {
          expect(Math.abs(queue.tokensBefore(each) - before)).toBeLessThanOrEqual(3 * 1000);
          before += each.tokens;
        }
      }),
    );
  });

  it('has served two tenants who both wait alike, within the largest request of each', () => {
    const tokens = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(tokens, tokens, fc.constantFrom(1, 2, 5), (ofA, ofB, weight) => {
        const queue = queueOf(
          ...ofA.map((each) => one('a', { tokens: each, weight })),
          ...ofB.map((each) => one('b', { tokens: each })),
        );
        const share = { a: 0, b: 0 };
        const left = { a: 40, b: 40 };
        for (let { first } = queue; first !== undefined; { first } = queue) {
          const tenant = first.tenant as 'a' | 'b';
          queue.serve(first);
          share[tenant] += first.tokens / first.weight;
          left[tenant] -= 1;
          if (left.a === 0 || left.b === 0) break;

          expect(Math.abs(share.a - share.b)).toBeLessThanOrEqual(1000 / weight + 1000);
        }
      }),
    );
  });

  it('remembers no more tenants than wait, are served or are ahead of the others', () => {
    const queue = queueOf(...many(2000, 'steady', { tokens: 1 }));
    for (let index = 0; index < 1000; index++) {
      queue.charge(one(`guest-${index}`, { tokens: 1 })).settle(1);
      if (queue.first !== undefined) queue.serve(queue.first).settle(1);
    }

    expect(queue.accounts).toBeLessThanOrEqual(64);
  });
});
