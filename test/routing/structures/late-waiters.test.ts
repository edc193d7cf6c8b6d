import { describe, expect, it } from 'vitest';
import { LateWaiters } from '../../../routing/structures/late-waiters.ts';
import type { Entered } from '../../../routing/structures/late-waiters.ts';

const GOOD_MS = 100;

/** Those who entered at these times, numbered from 0. */
function crowd(...enteredMs: readonly number[]): {
  readonly waiters: LateWaiters<Entered>;
  /** The first ones wait no more. */
  readonly served: (count: number) => void;
} {
  const waiters = new LateWaiters<Entered>(GOOD_MS);
  const all = enteredMs.map((at, number) => ({ enteredMs: at, number }));
  for (const one of all) waiters.add(one);
  return {
    waiters,
    served: (count) => {
      for (const one of all.slice(0, count)) waiters.remove(one);
    },
  };
}

function steppedBack(waiters: LateWaiters<Entered>, nowMs: number): readonly number[] {
  return [...waiters.stepBack(nowMs)].map(({ number }) => number);
}

describe('who is late', () => {
  it('keeps its turn until somebody has been late for two good waits', () => {
    const { waiters } = crowd(0, 0);

    expect(steppedBack(waiters, 100)).toEqual([]);
    expect(steppedBack(waiters, 299)).toEqual([]);
    expect(steppedBack(waiters, 300)).toEqual([0, 1]);
  });

  it('steps back once', () => {
    const { waiters } = crowd(0);
    steppedBack(waiters, 100);
    steppedBack(waiters, 300);

    expect(steppedBack(waiters, 301)).toEqual([]);
  });

  it('steps back at once while an overload lasts, and not a moment before it is late', () => {
    const { waiters } = crowd(0, 250);
    steppedBack(waiters, 100);

    expect(steppedBack(waiters, 349)).toEqual([0]);
    expect(steppedBack(waiters, 350)).toEqual([1]);
  });

  it('begins anew to count once nobody was late in between', () => {
    const { waiters, served } = crowd(0, 150);
    steppedBack(waiters, 100);
    served(1);
    steppedBack(waiters, 200);

    expect(steppedBack(waiters, 250)).toEqual([]);
    expect(steppedBack(waiters, 449)).toEqual([]);
    expect(steppedBack(waiters, 450)).toEqual([1]);
  });

  it('holds an overload up while one who stepped back waits', () => {
    const { waiters, served } = crowd(0, 1000, 1200);
    steppedBack(waiters, 100);
    steppedBack(waiters, 300);
    expect(steppedBack(waiters, 1100)).toEqual([1]);

    served(2);
    steppedBack(waiters, 1150);

    expect(steppedBack(waiters, 1300)).toEqual([]);
  });

  it('is nobody where no wait is too long', () => {
    const waiters = new LateWaiters<Entered>(Infinity);
    waiters.add({ enteredMs: 0, number: 0 });

    expect(steppedBack(waiters, 1e12)).toEqual([]);
  });
});
