import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NUMPY_SEED_MAX, NumpyRandom } from '../../../gateway/replay/numpy-random.ts';

const take = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

describe('NumpyRandom', () => {
  it('gives the raw outputs of RandomState(1)', () => {
    const random = new NumpyRandom(1);

    expect(take(10, () => random.uint32())).toEqual([
      1791095845, 4282876139, 3093770124, 4005303368, 491263, 550290313, 1298508491, 4290846341,
      630311759, 1013994432,
    ]);
  });

  it('gives the doubles of RandomState(1).random_sample to the last bit', () => {
    const random = new NumpyRandom(1);

    expect(take(5, () => random.double())).toEqual([
      0.417022004702574, 0.7203244934421581, 0.00011437481734488664, 0.30233257263183977,
      0.14675589081711304,
    ]);
  });

  it('gives the waiting times of RandomState(1).exponential', () => {
    const random = new NumpyRandom(1);
    const expected = [
      0.5396058372591854, 1.2741252530133043, 0.00011438135864308592, 0.360012754853919,
      0.1587095951946739,
    ];

    for (const wait of expected) expect(random.exponential(1)).toBeCloseTo(wait, 14);
  });

  it('scales a waiting time by the mean it is asked for', () => {
    expect(new NumpyRandom(7).exponential(0.25)).toBe(new NumpyRandom(7).exponential(1) * 0.25);
  });

  it('draws nothing for a range of one value', () => {
    const random = new NumpyRandom(1);

    expect(random.integer(9, 10)).toBe(9);
    expect(random.uint32()).toBe(1791095845);
  });

  it('takes one output a try and rejects what the mask lets through', () => {
    // RandomState(1) masked to 2 bits gives 1, 3, 0: the 3 lies outside [0, 3).
    const random = new NumpyRandom(1);

    expect([random.integer(0, 3), random.integer(0, 3)]).toEqual([1, 0]);
    expect(random.uint32()).toBe(4005303368);
  });

  it('reaches every value of its range, the ends among them', () => {
    const random = new NumpyRandom(3);

    expect(new Set(take(200, () => random.integer(4, 9)))).toEqual(new Set([4, 5, 6, 7, 8]));
  });

  it('reaches every value of a full 32-bit range', () => {
    expect(new NumpyRandom(1).integer(0, 2 ** 32)).toBe(1791095845);
  });

  it('stays inside any range it is given', () => {
    const range = fc.tuple(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 5000 }),
    );
    fc.assert(
      fc.property(fc.nat(), range, (seed, [low, width]) => {
        const random = new NumpyRandom(seed);
        const drawn = take(20, () => random.integer(low, low + width));
        return drawn.every((value) => value >= low && value < low + width);
      }),
    );
  });

  it('takes the largest seed, and no seed beyond it', () => {
    expect(() => new NumpyRandom(NUMPY_SEED_MAX)).not.toThrow();
    expect(() => new NumpyRandom(NUMPY_SEED_MAX + 1)).toThrow('seed 4294967296');
    expect(() => new NumpyRandom(-1)).toThrow('seed -1');
    expect(() => new NumpyRandom(0.5)).toThrow('seed 0.5');
  });

  it('refuses an empty range', () => {
    expect(() => new NumpyRandom(1).integer(5, 5)).toThrow('range [5, 5)');
  });
});
