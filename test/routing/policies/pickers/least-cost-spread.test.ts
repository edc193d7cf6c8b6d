import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastCostSpread } from '../../../../routing/policies/pickers/least-cost-spread.ts';
import type { Candidate } from '../../../../routing/replica.ts';
import { aCandidate, anInFlight, aReplica, aRequest } from '../../../support/builders.ts';
import { seededRandom } from '../../../support/chance.ts';

/** A replica on a node of one host, with so many requests in flight. */
type Place = readonly [numaNode: number, requests: number];

function candidatesAt(places: readonly Place[]): Candidate[] {
  return places.map(([numaNode, requests]) =>
    aCandidate({
      replica: aReplica({ address: 'http://one', numaNode }),
      inFlight: anInFlight({ requests }),
    }),
  );
}

function pick(seconds: readonly number[], places: readonly Place[], random: () => number): number {
  const everyone = candidatesAt(places);
  return leastCostSpread(random).pick(aRequest(), everyone, Float64Array.from(seconds), everyone);
}

function noChance(): number {
  throw new Error('nothing is left to chance here');
}

describe('least-cost-spread', () => {
  it('picks the cheapest, however busy its node is', () => {
    expect(
      pick(
        [3, 1, 2],
        [
          [0, 0],
          [1, 900],
          [0, 0],
        ],
        noChance,
      ),
    ).toBe(1);
    expect(pick([5], [[0, 0]], noChance)).toBe(0);
  });

  it('picks among the cheapest the one on the node with the least in flight', () => {
    expect(
      pick(
        [1, 1, 1, 9],
        [
          [0, 0],
          [1, 2],
          [0, 3],
          [1, 0],
        ],
        noChance,
      ),
    ).toBe(1);
  });

  it('gives each of the cheapest on equal nodes the same chance', () => {
    const random = seededRandom(1);
    const places: readonly Place[] = [
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 2],
    ];
    const counts = [0, 0, 0, 0];

    for (let count = 0; count < 30_000; count++) {
      const picked = pick([1, 1, 1, 1], places, random);
      counts[picked] = (counts[picked] ?? 0) + 1;
    }

    expect(counts[3]).toBe(0);
    for (const index of [0, 1, 2]) expect((counts[index] ?? 0) / 10_000).toBeCloseTo(1, 1);
  });

  it('picks one of the cheapest, whatever chance and nodes say', () => {
    const prices = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(prices, fc.integer(), (seconds, seed) => {
        const random = seededRandom(seed);
        const places = seconds.map((): Place => [
          Math.floor(3 * random()),
          Math.floor(3 * random()),
        ]);

        expect(seconds[pick(seconds, places, random)]).toBe(Math.min(...seconds));
      }),
    );
  });

  it('picks somebody even where everybody costs without bound', () => {
    expect(
      pick(
        [Infinity, Infinity],
        [
          [0, 1],
          [1, 0],
        ],
        noChance,
      ),
    ).toBe(1);
  });

  it('counts those on a node who have no room themselves', () => {
    const everyone = candidatesAt([
      [0, 200],
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
    const roomy = everyone.slice(1);

    const picked = leastCostSpread(noChance).pick(
      aRequest(),
      roomy,
      Float64Array.of(1, 1, 9),
      everyone,
    );

    expect(picked).toBe(1);
  });

  it.each([
    [[Number.NaN, 2, 1], 2],
    [[1, Number.NaN], 0],
    [[Number.NaN, Infinity], 1],
    [[Number.NaN, Number.NaN], 0],
  ])(
    'picks of %j the one at %i: a cost that is no number is dearer than any',
    (seconds, picked) => {
      expect(
        pick(
          seconds,
          seconds.map((): Place => [0, 0]),
          noChance,
        ),
      ).toBe(picked);
    },
  );
});
