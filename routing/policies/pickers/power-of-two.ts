import type { Picker } from '../policy.ts';

/** Draws two different candidates and picks the cheaper one, the first drawn when they cost the same. */
export function powerOfTwo(random: () => number): Picker {
  return {
    name: 'power-of-two',
    pick(_request, candidates, seconds) {
      const count = candidates.length;
      if (count < 2) return 0;
      const first = Math.floor(random() * count);
      // One of the others: counted on from the first, around the end.
      const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
      return (seconds[second] ?? 0) < (seconds[first] ?? 0) ? second : first;
    },
  };
}
