import { describe, expect, it } from 'vitest';
import { Holds } from '../../../routing/structures/holds.ts';

const one = { name: 'one' };
const other = { name: 'other' };

describe('Holds', () => {
  it('holds a replica for one until it is released', () => {
    const holds = new Holds<object>();
    holds.hold('a', one);
    expect([holds.isHeld('a'), holds.isHeld('b')]).toEqual([true, false]);
    expect([holds.heldFor(one), holds.heldFor(other)]).toEqual(['a', undefined]);
    expect([holds.holderOf('a'), holds.holderOf('b')]).toEqual([one, undefined]);

    holds.release(one);

    expect([holds.isHeld('a'), holds.heldFor(one)]).toEqual([false, undefined]);
  });

  it('holds one replica for each, the last', () => {
    const holds = new Holds<object>();
    holds.hold('a', one);
    holds.hold('b', one);

    expect([holds.isHeld('a'), holds.heldFor(one)]).toEqual([false, 'b']);
  });

  it('names those for whom it holds, longest first', () => {
    const holds = new Holds<object>();
    holds.hold('a', one);
    holds.hold('b', other);

    const holders = holds.holders();
    expect(holders).toEqual([one, other]);

    holds.hold('c', one);

    expect(holders).toEqual([one, other]);
    expect(holds.holders()).toEqual([other, one]);
  });

  it('has nothing to release for who holds nothing', () => {
    const holds = new Holds<object>();
    holds.hold('a', one);
    holds.release(other);

    expect(holds.isHeld('a')).toBe(true);
  });
});
