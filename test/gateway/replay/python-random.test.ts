import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PythonRandom } from '../../../gateway/replay/python-random.ts';
import { listDigest } from './reference-vectors.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function shuffled(count: number, seed: number): number[] {
  const items = range(count);
  new PythonRandom(seed).shuffle(items);
  return items;
}

describe('PythonRandom', () => {
  it('gives the raw outputs of random.seed(1)', () => {
    const random = new PythonRandom(1);

    expect(Array.from({ length: 10 }, () => random.uint32())).toEqual([
      577090037, 2444712010, 3639700191, 3445702192, 3280387012, 271041745, 1095513148, 506456969,
      2127877499, 3268308804,
    ]);
  });

  it('shuffles ten items as Python does', () => {
    expect(shuffled(10, 1)).toEqual([6, 8, 9, 7, 5, 3, 0, 4, 1, 2]);
  });

  it('shuffles a thousand items as Python does', () => {
    const items = shuffled(1000, 1);

    expect(items.slice(0, 10)).toEqual([852, 836, 280, 575, 208, 609, 932, 725, 47, 985]);
    expect(listDigest(items)).toBe(
      '21b1989462bfadf22ee8ef8a39cbd2edffaa9540e71dcac486893a723e56bb6f',
    );
  });

  it('keeps every item, whatever the seed and the length', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(200), (seed, count) => {
        expect(shuffled(count, seed).toSorted((a, b) => a - b)).toEqual(range(count));
      }),
      { numRuns: 50 },
    );
  });

  it('leaves a list of one, and draws nothing for it', () => {
    const random = new PythonRandom(1);
    random.shuffle(['only']);

    expect(random.uint32()).toBe(577090037);
  });

  it('takes 32-bit seeds only', () => {
    expect(() => new PythonRandom(0xffff_ffff)).not.toThrow();
    expect(() => new PythonRandom(2 ** 32)).toThrow('seed 4294967296');
    expect(() => new PythonRandom(-1)).toThrow('seed -1');
  });
});
