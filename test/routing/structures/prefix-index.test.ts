import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { PrefixIndex } from '../../../routing/structures/prefix-index.ts';

const BLOCK = 128;

let index: PrefixIndex;

beforeEach(() => {
  index = new PrefixIndex();
});

/** A prompt of these blocks, as chained hashes name them. */
function cached(id: string, ...blockHashes: number[]): number {
  return index.find({ blockHashes, blockTokens: BLOCK }).at(id);
}

function give(id: string, blockHashes: readonly number[], newTokens = blockHashes.length * BLOCK) {
  index.given(id, blockHashes, newTokens);
}

describe('PrefixIndex', () => {
  it('knows of nobody at first', () => {
    expect(cached('a', 1, 2, 3)).toBe(0);
    expect(index).toMatchObject({ blocks: 0, bytes: 0 });
  });

  it('tells how far a prompt is the same as one that a replica was given', () => {
    give('a', [1, 2, 3]);

    expect(cached('a', 1, 2, 3, 4)).toBe(3 * BLOCK);
    expect(cached('a', 1, 2, 9)).toBe(2 * BLOCK);
    expect(cached('a', 9, 2, 3)).toBe(0);
    expect(cached('b', 1, 2, 3)).toBe(0);
  });

  it('keeps replicas apart that share the beginning', () => {
    give('a', [1, 2, 3]);
    give('b', [1, 2, 4]);

    expect([cached('a', 1, 2, 4), cached('b', 1, 2, 4)]).toEqual([2 * BLOCK, 3 * BLOCK]);
  });

  it('counts no block behind a gap', () => {
    give('a', [2, 3]);

    expect(cached('a', 1, 2, 3)).toBe(0);
  });

  it('is read anew when more has been given', () => {
    const found = index.find({ blockHashes: [1, 2], blockTokens: BLOCK });
    expect(found.at('a')).toBe(0);

    give('a', [1, 2]);

    expect(found.at('a')).toBe(2 * BLOCK);
  });

  it('forgets what a replica was given a cache-full of tokens ago', () => {
    index.setCapacity('a', 1000);
    give('a', [1]);

    give('a', [], 800);
    expect(cached('a', 1)).toBe(BLOCK);
    give('a', [], 1);
    expect(cached('a', 1)).toBe(0);
  });

  it('remembers nothing of a replica without a cache, not even the last prompt', () => {
    index.setCapacity('a', 0);
    give('a', [1, 2]);
    give('b', [1, 2]);

    expect([cached('a', 1, 2), cached('b', 1, 2)]).toEqual([0, 2 * BLOCK]);
  });

  it('keeps what is used again', () => {
    index.setCapacity('a', 1000);
    give('a', [1]);
    give('a', [], 700);
    give('a', [1], 0);
    give('a', [], 700);

    expect(cached('a', 1)).toBe(BLOCK);
  });

  it('takes the cache of a replica for empty when told so, and for what it is given since', () => {
    give('a', [1, 2]);
    give('b', [1, 2]);
    index.emptied('a');
    expect([cached('a', 1, 2), cached('b', 1, 2)]).toEqual([0, 2 * BLOCK]);

    give('a', [1]);

    expect(cached('a', 1, 2)).toBe(BLOCK);
  });

  it('forgets a replica that has left, though it comes back under the same name', () => {
    give('a', [1]);
    index.removed('a');
    index.removed('nobody');
    expect(cached('a', 1)).toBe(0);

    give('a', [2]);

    expect([cached('a', 1), cached('a', 2)]).toEqual([0, BLOCK]);
  });

  it('believes an engine that finds nothing in its cache, after some answers', () => {
    const blockHashes = [1, 2, 3];
    give('a', blockHashes);
    for (let answer = 0; answer < 60; answer++) {
      index.corrected('a', Math.max(cached('a', ...blockHashes), 256), 0);
    }

    expect(cached('a', ...blockHashes)).toBeLessThan(0.05 * 3 * BLOCK);
  });

  it('believes an engine again that finds what was predicted', () => {
    const blockHashes = Array.from({ length: 100 }, (_, block) => block);
    give('a', blockHashes);
    for (let answer = 0; answer < 20; answer++) index.corrected('a', 3000, 0);
    const doubted = cached('a', ...blockHashes);

    for (let answer = 0; answer < 60; answer++) {
      index.corrected('a', Math.max(cached('a', ...blockHashes), 256), 100 * BLOCK);
    }

    expect(doubted).toBeLessThan(0.2 * 100 * BLOCK);
    expect(cached('a', ...blockHashes)).toBeGreaterThan(0.9 * 100 * BLOCK);
  });

  it('judges nothing by predictions that are shorter than 256 tokens', () => {
    give('a', [1, 2, 3]);

    index.corrected('a', 255, 0);
    expect(cached('a', 1, 2, 3)).toBe(3 * BLOCK);
    index.corrected('a', 256, 0);
    expect(cached('a', 1, 2, 3)).toBeLessThan(3 * BLOCK);
  });

  it('is bounded: past the bound the blocks that were not used longest are forgotten', () => {
    const small = new PrefixIndex(3);
    for (const block of [1, 2, 3]) small.given('a', [block], BLOCK);
    const knows = (block: number): boolean =>
      small.find({ blockHashes: [block], blockTokens: BLOCK }).at('a') > 0;
    expect(knows(1)).toBe(true);

    small.given('a', [4], BLOCK);

    expect([knows(1), knows(2), knows(3), knows(4)]).toEqual([true, false, true, true]);
    expect(small.blocks).toBe(3);
    expect(small.bytes).toBeGreaterThan(0);
  });

  it('remembers sixteen holders of a block, and of one more the first is forgotten', () => {
    for (let replica = 0; replica < 16; replica++) give(`r${replica}`, [1]);
    expect(cached('r0', 1)).toBe(BLOCK);

    give('r16', [1]);

    expect([cached('r0', 1), cached('r1', 1), cached('r16', 1)]).toEqual([0, BLOCK, BLOCK]);
  });

  it('never tells more than the prompt has, nor less than a shorter prompt of the same beginning', () => {
    const prompt = fc.array(fc.nat(5), { maxLength: 6 });
    const history = fc.array(fc.tuple(fc.constantFrom('a', 'b'), prompt), { maxLength: 20 });
    fc.assert(
      fc.property(history, prompt, (given, asked) => {
        index = new PrefixIndex(100);
        // Chained: the name of a block holds all before it.
        const chained = (blocks: readonly number[]): number[] =>
          blocks.map((_, at) => Number(`1${blocks.slice(0, at + 1).join('')}`));
        for (const [id, blocks] of given) give(id, chained(blocks));

        let before = 0;
        for (let length = 0; length <= asked.length; length++) {
          const tokens = cached('a', ...chained(asked.slice(0, length)));
          expect(tokens).toBeGreaterThanOrEqual(before);
          expect(tokens).toBeLessThanOrEqual(length * BLOCK);
          before = tokens;
        }
      }),
    );
  });
});
