import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBlocks } from '../../../deploy/simulator/block-hashes.ts';

const ids = fc.array(fc.nat(128_255), { maxLength: 80 });

describe('block hashes', () => {
  it.each([
    [0, 16, 0],
    [15, 16, 0],
    [16, 16, 1],
    [17, 16, 1],
    [32, 16, 2],
    [3, 1, 3],
  ])('of %d tokens in blocks of %d are %d', (tokens, blockTokens, blocks) => {
    const given = Array.from({ length: tokens }, (_, index) => index);

    expect(hashBlocks(given, blockTokens)).toHaveLength(blocks);
  });

  it('of a prefix are a prefix', () => {
    fc.assert(
      fc.property(ids, ids, (first, second) => {
        const short = hashBlocks(first, 8);

        expect(hashBlocks([...first, ...second], 8).slice(0, short.length)).toEqual(short);
      }),
    );
  });

  it('differ from the first block on that differs', () => {
    const given = Array.from({ length: 64 }, (_, index) => index);
    const other = given.with(20, 99);
    const hashes = hashBlocks(given, 16);
    const others = hashBlocks(other, 16);

    expect(others[0]).toBe(hashes[0]);
    expect(others[1]).not.toBe(hashes[1]);
    expect(others[2]).not.toBe(hashes[2]);
    expect(others[3]).not.toBe(hashes[3]);
  });

  it('are whole numbers that a double holds exactly', () => {
    fc.assert(
      fc.property(ids, (given) => {
        for (const hash of hashBlocks(given, 4)) {
          expect(Number.isSafeInteger(hash)).toBe(true);
          expect(hash).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('do not collide in a cache of a hundred thousand blocks', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => index % 128_256);

    expect(new Set(hashBlocks(many, 1)).size).toBe(100_000);
  });
});
