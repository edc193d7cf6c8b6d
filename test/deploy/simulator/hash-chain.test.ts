import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chainOf,
  drawFromChain,
  extendChain,
  hashCharacter,
  hashText,
  startChain,
} from '../../../deploy/simulator/hash-chain.ts';

const ids = fc.array(fc.nat(128_255), { maxLength: 50 });

describe('a hash chain', () => {
  it('is the same for the same values', () => {
    fc.assert(
      fc.property(ids, (values) => {
        expect(chainOf(values, 0)).toBe(chainOf([...values], 0));
      }),
    );
  });

  it('goes on from where it stands: a prefix and the rest make the whole', () => {
    fc.assert(
      fc.property(ids, ids, (first, second) => {
        let chain = chainOf(first, 0);
        for (const value of second) chain = extendChain(chain, value);

        expect(chain).toBe(chainOf([...first, ...second], 0));
      }),
    );
  });

  it('is moved by every value that it has seen, however long ago', () => {
    const values = Array.from({ length: 2000 }, (_, index) => index);
    const other = values.with(0, 1);

    expect(chainOf(values, 0)).not.toBe(chainOf(other, 0));
  });

  it('is moved by the order of its values', () => {
    expect(chainOf([1, 2], 0)).not.toBe(chainOf([2, 1], 0));
  });

  it('is moved by a value of 0 and by how many there are', () => {
    const chains = [0, 1, 2, 3].map((count) => chainOf(new Array<number>(count).fill(0), 0));

    expect(new Set(chains).size).toBe(4);
  });

  it('starts apart for each choice of one prompt', () => {
    const starts = Array.from({ length: 128 }, (_, choice) => startChain(choice));

    expect(new Set(starts).size).toBe(128);
  });

  it('starts the first choice where a chain without choices starts', () => {
    expect(chainOf([], 0)).toBe(startChain(0));
  });
});

describe('a draw from a chain', () => {
  it('is 32 bits without a sign', () => {
    fc.assert(
      fc.property(fc.integer(), (chain) => {
        const drawn = drawFromChain(chain);

        expect(Number.isInteger(drawn)).toBe(true);
        expect(drawn).toBeGreaterThanOrEqual(0);
        expect(drawn).toBeLessThan(2 ** 32);
      }),
    );
  });

  it('spreads evenly over 256 words', () => {
    const counts = new Array<number>(256).fill(0);
    let chain = startChain(0);
    for (let step = 0; step < 256_000; step += 1) {
      const word = drawFromChain(chain) % 256;
      counts[word] = (counts[word] ?? 0) + 1;
      chain = extendChain(chain, step);
    }

    // 1000 each is expected; five standard deviations are about 160.
    expect(Math.min(...counts)).toBeGreaterThan(840);
    expect(Math.max(...counts)).toBeLessThan(1160);
  });
});

describe('the hash of a text', () => {
  it('is FNV-1a', () => {
    expect(hashText('')).toBe(0x811c_9dc5);
    expect(hashText('a')).toBe(0xe40c_292c);
    expect(hashText('foobar')).toBe(0xbf9c_f968);
  });

  it('is made character by character', () => {
    let hash = hashText('');
    for (const character of 'word') hash = hashCharacter(hash, character.charCodeAt(0));

    expect(hash >>> 0).toBe(hashText('word'));
  });
});
