import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastCost } from '../../../../routing/policies/pickers/least-cost.ts';
import { aCandidate, aRequest } from '../../../support/builders.ts';
import { seededRandom } from '../../../support/chance.ts';

function pick(seconds: readonly number[], random: () => number): number {
  const candidates = seconds.map(() => aCandidate());
  return leastCost(random).pick(aRequest(), candidates, Float64Array.from(seconds), candidates);
}

function noChance(): number {
  throw new Error('nothing is left to chance here');
}

describe('least-cost', () => {
  it('picks the cheapest and asks chance only about ties', () => {
    expect(pick([3, 1, 2], noChance)).toBe(1);
    expect(pick([5], noChance)).toBe(0);
    expect(pick([2, 2, 1], () => 0.999)).toBe(2);
  });

  it('picks one of the cheapest, whatever chance says', () => {
    const prices = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(prices, fc.integer(), (seconds, seed) => {
        expect(seconds[pick(seconds, seededRandom(seed))]).toBe(Math.min(...seconds));
      }),
    );
  });

  it('gives each of the cheapest the same chance, whatever their number and place', () => {
    const random = seededRandom(1);
    const counts = [0, 0, 0, 0, 0];

    for (let count = 0; count < 30_000; count++) {
      const picked = pick([1, 7, 1, 9, 1], random);
      counts[picked] = (counts[picked] ?? 0) + 1;
    }

    expect(counts[1]).toBe(0);
    expect(counts[3]).toBe(0);
    for (const index of [0, 2, 4]) expect((counts[index] ?? 0) / 10_000).toBeCloseTo(1, 1);
  });

  it('picks somebody even where everybody costs without bound', () => {
    const picked = new Set<number>();
    const random = seededRandom(1);

    for (let count = 0; count < 50; count++) picked.add(pick([Infinity, Infinity], random));

    expect(picked).toEqual(new Set([0, 1]));
  });
});
