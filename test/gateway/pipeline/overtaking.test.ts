import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Replica } from '../../../routing/replica.ts';
import { aReplica, replicas } from '../../support/builders.ts';
import {
  aDispatcher,
  ask,
  type Asked,
  askTimes,
  forTwo,
  release,
  statesOf,
} from '../../support/pipeline.ts';

describe('who finds no room', () => {
  /** One request that runs, one of 7000 tokens that does not fit beside it, and small ones behind. */
  function blocked(members: readonly Replica[] = [forTwo]) {
    const house = aDispatcher(members);
    const running = members.map(() => ask(house, { promptTokens: 2000 }));
    const large = ask(house, { promptTokens: 6000 });
    const small = (): Asked => ask(house, { promptTokens: 900, expectedOutputTokens: 100 });
    return { ...house, running, large, small };
  }

  /** Where small ones go, one after the other, while the large one is passed over by all of them. */
  function passing({ small }: ReturnType<typeof blocked>, count: number) {
    return Array.from({ length: count }, () => {
      const one = small();
      release(one);
      return one.place?.replica.id;
    });
  }

  it('lets pass those behind it who have', () => {
    const { large, small } = blocked();

    expect(statesOf([small(), large])).toEqual(['granted', 'waiting']);
  });

  it('is passed over by no more than a prefill step of tokens, then a replica empties for it', () => {
    const house = blocked();
    let passed = 0;
    for (let one = house.small(); one.state === 'granted' && passed < 50; one = house.small()) {
      passed += 1;
      release(one);
    }
    // The ninth passes 8192 tokens.
    expect(passed).toBe(9);
    expect(house.large.state).toBe('waiting');

    release(house.running[0]);

    expect(house.large.state).toBe('granted');
  });

  it('has one replica held, and the others stay open', () => {
    const house = blocked(replicas(2, { kvCapacityTokens: 6000 }));
    const after = new Set(passing(house, 20).slice(9));
    expect(after.size).toBe(1);
    expect(after.has(undefined)).toBe(false);
    release(house.running.find(({ place }) => !after.has(place?.replica.id)));
    expect(after.has(house.large.place?.replica.id)).toBe(false);
    expect(house.large.state).toBe('granted');
  });

  it('takes room wherever it comes first, and what was held for it is open again', () => {
    const house = blocked(replicas(2, { kvCapacityTokens: 6000 }));
    const open = passing(house, 20).at(-1);
    release(house.running.find(({ place }) => place?.replica.id === open));
    expect(house.large.place?.replica.id).toBe(open);

    expect(house.small().state).toBe('granted');
  });

  it('opens what is held for it when it leaves', () => {
    const house = blocked();
    passing(house, 9);
    const behind = house.small();
    expect(behind.state).toBe('waiting');

    house.large.waiting?.leave();

    expect(behind.state).toBe('granted');
  });

  it('has another replica held where the first one leaves', () => {
    const house = blocked(replicas(2, { kvCapacityTokens: 6000 }));
    const open = passing(house, 20).at(-1);
    house.fleet.leave(open === 'replica-0' ? 'replica-1' : 'replica-0');
    passing(house, 2);

    expect(house.small().state).toBe('waiting');
    release(house.running.find(({ place }) => place?.replica.id === open));
    expect(house.large.state).toBe('granted');
  });

  it('is passed by those within sixteen places and by nobody further back', () => {
    const behind = (count: number): Asked => {
      const { large: _, ...house } = blocked();
      for (let index = 1; index < count; index++) {
        ask(house, { promptTokens: 5000 - index, expectedOutputTokens: 1000 + index });
      }
      return house.small();
    };

    expect(behind(15).state).toBe('granted');
    expect(behind(16).state).toBe('waiting');
  });
});

describe('one of a higher priority', () => {
  const large = { promptTokens: 5000, priority: 1 };
  const small = { promptTokens: 900, expectedOutputTokens: 100 };

  it('who finds no room has a replica held, which nobody of a lower one is given', () => {
    const house = aDispatcher([forTwo]);
    ask(house);
    ask(house, large);
    const lower = ask(house, small);
    const equal = ask(house, { ...small, priority: 1 });

    expect(statesOf([lower, equal])).toEqual(['waiting', 'granted']);
  });

  it('leaves all other replicas to those of lower ones', () => {
    const house = aDispatcher(replicas(20, { kvCapacityTokens: 6000 }));
    for (const one of askTimes(house, 20)) one.place?.reservation.firstToken();
    const higher = ask(house, large);
    const lower = Array.from({ length: 20 }, () => ask(house, small));

    expect(higher.state).toBe('waiting');
    expect(statesOf(lower)).toEqual(Array(20).fill('granted'));
    expect(new Set(lower.map(({ place }) => place?.replica.id)).size).toBeLessThan(20);
  });

  it('who waits for its prompt in a cache keeps nobody of a lower one from what stands idle', () => {
    const house = aDispatcher(replicas(2));
    const blockHashes = Array.from({ length: 1000 }, (_, block) => block + 1);
    const asked = { promptTokens: 16_000, blockHashes, blockTokens: 16, priority: 1 };
    const first = ask(house, asked);
    first.place?.reservation.firstToken();
    release(first);
    const holder = first.place?.replica.id ?? '';
    const other = holder === 'replica-0' ? 'replica-1' : 'replica-0';
    ask(house, { promptTokens: 9000, excluded: new Set([other]) });
    const higher = ask(house, asked);
    const lower = ask(house, small);

    expect(higher.state).toBe('waiting');
    expect(lower.place?.replica.id).toBe(other);
  });

  it('that is refused has no room kept', () => {
    const house = aDispatcher([aReplica({ kvCapacityTokens: 10_000 })], { waitingRequestsMax: 0 });
    ask(house, { promptTokens: 2000 });
    expect(ask(house, { promptTokens: 9000, priority: 1 }).state).toBe('refused');

    expect(ask(house, { promptTokens: 6000 }).state).toBe('granted');
  });

  it('has two places kept for it once one like it has come', () => {
    const beside = (kvCapacityTokens: number) => {
      const house = aDispatcher([aReplica({ kvCapacityTokens })]);
      release(ask(house, { promptTokens: 2000, expectedOutputTokens: 1000, priority: 1 }));
      ask(house, { promptTokens: 30_000 }).place?.reservation.firstToken();
      return { house, lower: ask(house, { promptTokens: 1 }) };
    };
    // 31,000 and 1,001 run, and two of 3,000 may come.
    expect(beside(38_001).lower.state).toBe('granted');
    const { house, lower } = beside(38_000);
    expect(lower.state).toBe('waiting');

    expect(ask(house, { promptTokens: 1, priority: 1 }).state).toBe('granted');
  });

  it('has no more than a quarter of a replica kept for it', () => {
    const house = aDispatcher([aReplica({ kvCapacityTokens: 40_000 })]);
    release(ask(house, { promptTokens: 39_000, expectedOutputTokens: 1000, priority: 1 }));
    ask(house, { promptTokens: 20_000 }).place?.reservation.firstToken();

    expect(ask(house, { promptTokens: 8_001 }).state).toBe('waiting');
    expect(ask(house, { promptTokens: 8_000 }).state).toBe('granted');
  });

  it('is not kept out of what is held for a lower one', () => {
    const house = aDispatcher([forTwo]);
    const running = ask(house);
    const lower = ask(house, { promptTokens: 6000 });
    for (let count = 0; count < 9; count += 1) release(ask(house, small));
    const equal = ask(house, small);
    expect(statesOf([lower, equal])).toEqual(['waiting', 'waiting']);

    expect(ask(house, { ...small, priority: 1 }).state).toBe('granted');
    expect(running.state).toBe('granted');
  });
});

describe('one who finds no room', () => {
  it('is served in the end, whatever keeps coming behind it, of whatever priority', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 5, maxLength: 30 });
    const large = fc.integer({ min: 3000, max: 9000 });
    fc.assert(
      fc.property(sizes, large, fc.integer({ min: 1, max: 5 }), (given, promptTokens, count) => {
        const house = aDispatcher(replicas(count, { kvCapacityTokens: 6000 }));
        const running = [ask(house, { promptTokens: 5000 }), ...askTimes(house, count)];
        const asked = ask(house, { promptTokens });
        let turns = 0;
        for (; asked.state === 'waiting' && turns < 400; turns++) {
          const size = given[turns % given.length] ?? 1;
          const facts = { promptTokens: size, expectedOutputTokens: size, priority: turns % 3 };
          running.push(ask(house, facts));
          const oldest = running.findIndex(({ state }) => state === 'granted');
          const [ended] = running.splice(oldest, 1);
          ended?.place?.reservation.firstToken();
          release(ended);
        }

        expect(asked.state).toBe('granted');
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});
