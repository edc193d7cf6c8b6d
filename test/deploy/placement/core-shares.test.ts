import { describe, expect, it } from 'vitest';

import { shareCores } from '../../../deploy/placement/core-shares.ts';

const cores = (count: number): number[][] => Array.from({ length: count }, (_, core) => [core]);
const claims = (...weights: readonly number[]) =>
  weights.map((weight, replica) => ({ replica, weight }));

function shares(count: number, weights: readonly number[], reserved?: number): number[][] {
  const { byReplica } = shareCores(cores(count), claims(...weights), reserved);
  return [...byReplica.values()].map((share) => share.flat());
}

describe('the cores of a node', () => {
  it('are shared by weight, neighbours together', () => {
    expect(shares(6, [1, 2], 0)).toEqual([
      [0, 1],
      [2, 3, 4, 5],
    ]);
  });

  it('go one to each replica first, however little it weighs', () => {
    expect(shares(2, [1, 7], 0)).toEqual([[0], [1]]);
  });

  it('are none for replicas past the last one', () => {
    expect(shares(2, [1, 1, 1])).toEqual([[0], [1], []]);
  });

  it.each([
    [1, 0],
    [2, 1],
    [16, 1],
    [17, 2],
    [96, 6],
    [128, 8],
    [256, 8],
  ])('out of %i keep back %i, the lowest, for one replica', (count, kept) => {
    const { reserved } = shareCores(cores(count), claims(1));

    expect(reserved.flat()).toEqual(cores(kept).flat());
  });

  it('are kept back as many as asked for, but never one that a replica needs', () => {
    expect(shares(4, [1, 1], 2)).toEqual([[2], [3]]);
    expect(shares(4, [1, 1], 3)).toEqual([[2], [3]]);
  });

  it('stay whole, and are taken in the order of their lowest CPU', () => {
    const { byReplica } = shareCores(
      [
        [3, 1],
        [2, 0],
      ],
      claims(1, 1),
      0,
    );

    expect([...byReplica.values()]).toEqual([[[2, 0]], [[3, 1]]]);
  });
});
