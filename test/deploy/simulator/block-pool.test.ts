import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BlockPool } from '../../../deploy/simulator/block-pool.ts';

describe('BlockPool', () => {
  it('has all blocks idle at first and gives them in order', () => {
    const pool = new BlockPool(3);

    expect(pool.idleCount).toBe(3);
    expect([pool.take(), pool.take(), pool.take()]).toEqual([0, 1, 2]);
    expect(pool.idleCount).toBe(0);
  });

  it('gives no block when none is idle', () => {
    const pool = new BlockPool(1);
    pool.take();

    expect(() => pool.take()).toThrow('a block is idle');
  });

  it('finds the blocks of a prefix up to the first name that it does not know', () => {
    const pool = new BlockPool(4);
    const blocks = takeNamed(pool, [10, 20, 30]);

    expect(pool.find([10, 20, 30], 9)).toEqual(blocks);
    expect(pool.find([10, 20, 99, 30], 9)).toEqual(blocks.slice(0, 2));
    expect(pool.find([99, 10], 9)).toEqual([]);
    expect(pool.find([], 9)).toEqual([]);
  });

  it.each([0, 1, 2, 3])('finds at most %d blocks when asked for no more', (countMax) => {
    const pool = new BlockPool(4);
    const blocks = takeNamed(pool, [10, 20]);

    expect(pool.find([10, 20], countMax)).toEqual(blocks.slice(0, countMax));
  });

  it('finds a block that nobody holds until its room is needed', () => {
    const pool = new BlockPool(2);
    pool.release(takeNamed(pool, [10]));
    expect(pool.idleCount).toBe(2);
    expect(pool.find([10], 1)).toEqual([0]);

    pool.take();
    expect(pool.find([10], 1)).toEqual([0]);
    pool.take();
    expect(pool.find([10], 1)).toEqual([]);
  });

  it('gives the block that has been idle for longest', () => {
    const pool = new BlockPool(3);
    const [first, second, third] = [
      takeNamed(pool, [10]),
      takeNamed(pool, [20]),
      takeNamed(pool, [30]),
    ];
    pool.release(second);
    pool.release(third);
    pool.release(first);

    expect([pool.take(), pool.take(), pool.take()]).toEqual([1, 2, 0]);
  });

  it('forgets the tail of a sequence before its beginning', () => {
    const pool = new BlockPool(3);
    pool.release(takeNamed(pool, [10, 20, 30]));

    pool.take();
    expect(pool.find([10, 20, 30], 3)).toHaveLength(2);
    pool.take();
    expect(pool.find([10, 20, 30], 3)).toHaveLength(1);
  });

  it('keeps a block that is found again from being given away', () => {
    const pool = new BlockPool(2);
    pool.release(takeNamed(pool, [10]));
    const [found] = pool.find([10], 1);

    pool.hold(found ?? NaN);

    expect(pool.idleCount).toBe(1);
    expect(pool.take()).toBe(1);
    expect(pool.find([10], 1)).toEqual([0]);
  });

  it('frees a shared block when its last holder lets go', () => {
    const pool = new BlockPool(2);
    const mine = takeNamed(pool, [10]);
    const theirs = [...mine];
    pool.hold(0);

    pool.release(mine);
    expect(pool.idleCount).toBe(1);
    pool.release(theirs);
    expect(pool.idleCount).toBe(2);
    expect(mine).toEqual([]);
  });

  it('counts which of the found blocks are idle', () => {
    const pool = new BlockPool(3);
    takeNamed(pool, [10]);
    pool.release(takeNamed(pool, [20]));

    expect(pool.countIdle([0, 1])).toBe(1);
    expect(pool.countIdle([0])).toBe(0);
    expect(pool.countIdle([])).toBe(0);
  });

  it('leaves a name with the block that had it first', () => {
    const pool = new BlockPool(3);
    takeNamed(pool, [10]);
    const twin = takeNamed(pool, [10]);

    expect(pool.find([10], 1)).toEqual([0]);
    pool.release(twin);
    expect(pool.find([10], 1)).toEqual([0]);
  });

  it('forgets idle content on demand, held content not', () => {
    const pool = new BlockPool(3);
    takeNamed(pool, [10]);
    pool.release(takeNamed(pool, [20]));

    pool.forgetIdle();

    expect(pool.find([10], 1)).toEqual([0]);
    expect(pool.find([20], 1)).toEqual([]);
  });

  it('refuses to release a block more often than it was held', () => {
    const pool = new BlockPool(1);

    expect(() => pool.release([0])).toThrow('as often as it was held');
  });

  it('never gives a held block, and all are idle when all is released', () => {
    const moves = fc.array(
      fc.record({
        names: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
        drop: fc.nat(5),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(moves, (wanted) => {
        const pool = new BlockPool(12);
        const sequences: number[][] = [];
        for (const { names, drop } of wanted) {
          const prefix = pool.find(names, 4);
          const held = new Set(sequences.flat());
          for (const block of prefix) pool.hold(block);
          const fresh = Math.min(names.length - prefix.length, pool.idleCount);
          const taken = takeNamed(pool, names.slice(prefix.length, prefix.length + fresh));
          for (const block of taken) expect(held.has(block) || prefix.includes(block)).toBe(false);
          sequences.push([...prefix, ...taken]);
          expect(pool.idleCount).toBe(12 - new Set(sequences.flat()).size);
          if (drop < sequences.length) pool.release(sequences.splice(drop, 1)[0] ?? []);
        }
        for (const blocks of sequences) pool.release(blocks);
        expect(pool.idleCount).toBe(12);
      }),
    );
  });
});

/** Takes a block for each name and lets it be found. */
function takeNamed(pool: BlockPool, names: readonly number[]): number[] {
  return names.map((name) => {
    const block = pool.take();
    pool.name(block, name);
    return block;
  });
}
