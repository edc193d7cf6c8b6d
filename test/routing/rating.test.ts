import { describe, expect, it } from 'vitest';
import type { Policy } from '../../routing/policies/policy.ts';
import { Rating } from '../../routing/rating.ts';
import { aCandidate, aReplica, aRequest } from '../support/builders.ts';

const [a, b, c] = ['a', 'b', 'c'].map((id) => aCandidate({ replica: aReplica({ id }) }));
const all = [a, b, c].flatMap((one) => one ?? []);

/** Drops `b`; the later, the cheaper; picks the last. */
const policy: Policy = {
  name: 'test',
  filters: [{ name: 'no-b', keeps: (_request, { replica }) => replica.id !== 'b' }],
  costs: [
    {
      name: 'order',
      estimate(_request, candidates, seconds) {
        for (const index of candidates.keys()) seconds[index] = candidates.length - index;
      },
    },
  ],
  picker: { name: 'last', pick: (_request, candidates) => candidates.length - 1 },
};

describe('Rating', () => {
  it('keeps who passes the filters, writes the rows and picks', () => {
    const rating = new Rating(policy);
    rating.rate(aRequest(), all, all);

    expect(rating.kept).toEqual([a, c]);
    expect(rating.dropper).toBeUndefined();
    expect(rating.rows).toEqual(Float64Array.of(2, 1, 2, 1, Infinity, Infinity));
    expect(rating.pick).toBe(1);
  });

  it('hands each cost a list as long as the candidates, and the picker their sums', () => {
    const lengths: number[] = [];
    const note = { name: 'note', estimate: (...args: unknown[]) => note3(args[2]) };
    const note3 = (seconds: unknown) => void lengths.push((seconds as Float64Array).length);
    const picker = {
      name: 'sums',
      pick: (_request: unknown, _candidates: unknown, seconds: Float64Array) => {
        lengths.push(seconds.length);
        return 0;
      },
    };
    new Rating({ ...policy, costs: [note, note], picker }).rate(aRequest(), all, all);

    expect(lengths).toEqual([2, 2, 2]);
  });

  it('tells the sum of the costs of one candidate, and of nobody who was dropped', () => {
    const rating = new Rating(policy);
    rating.rate(aRequest(), all, all);

    const costs = all.map((candidate) => rating.costOf(candidate));
    expect(costs).toEqual([2, undefined, 1]);
  });

  it('tells no cost where the policy has none', () => {
    const rating = new Rating({ ...policy, costs: [] });
    rating.rate(aRequest(), all, all);

    expect(all.map((candidate) => rating.costOf(candidate))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says who left nobody, and picks nobody then', () => {
    const rating = new Rating(policy);
    rating.rate(aRequest(), all.slice(1, 2), all);
    expect({ dropper: rating.dropper, pick: rating.pick }).toEqual({ dropper: 'no-b', pick: -1 });

    rating.rate(aRequest(), [], all);
    expect({ dropper: rating.dropper, pick: rating.pick }).toEqual({
      dropper: 'empty-fleet',
      pick: -1,
    });

    rating.rate(aRequest(), all, all);
    expect({ dropper: rating.dropper, pick: rating.pick }).toEqual({ dropper: undefined, pick: 1 });
  });
});
