import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerOfTwo } from '../../../../routing/policies/pickers/power-of-two.ts';
import { aCandidate, aRequest } from '../../../support/builders.ts';
import { seededRandom } from '../../../support/chance.ts';

function pick(seconds: readonly number[], random: () => number): number {
  const candidates = seconds.map(() => aCandidate());
  return powerOfTwo(random).pick(aRequest(), candidates, Float64Array.from(seconds), candidates);
}

/** Chance that says what is dictated. */
function dictated(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}

describe('power-of-two', () => {
  it('picks the only one there is', () => {
    expect(pick([9], dictated())).toBe(0);
  });

  it('picks the cheaper of the two that it draws', () => {
    // Draws index 1, then two further on: index 3.
    expect(pick([0, 5, 0, 4], dictated(0.25, 0.4))).toBe(3);
    expect(pick([0, 4, 0, 5], dictated(0.25, 0.4))).toBe(1);
  });

  it('keeps to the first drawn when both cost the same', () => {
    expect(pick([1, 1, 1, 1], dictated(0.25, 0.4))).toBe(1);
  });

  it('never picks the dearest of all where prices differ, since it draws two different ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer(), (count, seed) => {
        const seconds = Array.from({ length: count }, (_, index) => index);

        expect(pick(seconds, seededRandom(seed))).toBeLessThan(count - 1);
      }),
    );
  });

  it('always picks the cheaper of two', () => {
    const random = seededRandom(2);

    for (let count = 0; count < 100; count++) expect(pick([2, 1], random)).toBe(1);
  });

  it('draws every pair as often', () => {
    const random = seededRandom(3);
    const wins = [0, 0, 0, 0];

    for (let count = 0; count < 60_000; count++) {
      const picked = pick([0, 1, 2, 3], random);
      wins[picked] = (wins[picked] ?? 0) + 1;
    }

    // Of six pairs the cheapest is in three, the next wins two, the third one, the dearest none.
    expect(wins.map((count) => Math.round(count / 1000) / 10)).toEqual([
      expect.closeTo(3, 0),
      expect.closeTo(2, 0),
      expect.closeTo(1, 0),
      0,
    ]);
  });
});
