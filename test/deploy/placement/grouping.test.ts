import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { groupByBonds } from '../../../deploy/placement/grouping.ts';

const first = (word: string): string | undefined => word[0];
const second = (word: string): string | undefined => word[1];

describe('groups by bonds', () => {
  it('keep the weaker bond inside the stronger one', () => {
    const { groups, rest } = groupByBonds(['ax', 'by', 'ay', 'bx', 'ax', 'bx'], 2, [first, second]);

    expect(groups).toEqual([
      ['ax', 'ax'],
      ['bx', 'bx'],
      ['ay', 'by'],
    ]);
    expect(rest).toEqual([]);
  });

  it('leave over what is too little for a group', () => {
    expect(groupByBonds(['a', 'a', 'b'], 2, [first])).toEqual({
      groups: [['a', 'a']],
      rest: ['b'],
    });
    expect(groupByBonds([], 2, [first])).toEqual({ groups: [], rest: [] });
  });

  it('use each thing once, and are as many as there can be within every bond and in all', () => {
    const words = fc.array(
      fc.string({ minLength: 2, maxLength: 2, unit: fc.constantFrom('a', 'b', 'c') }),
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 4 }), (things, size) => {
        const named = things.map((word, place) => `${word}${place}`);
        const { groups, rest } = groupByBonds(named, size, [first, second]);
        expect(new Set([...groups.flat(), ...rest])).toEqual(new Set(named));
        expect(groups.length).toBe(Math.floor(named.length / size));
        for (const letter of 'abc') {
          const own = named.filter((word) => word.startsWith(letter)).length;
          const inside = groups.filter((group) => group.every((word) => word.startsWith(letter)));
          expect(inside.length).toBeGreaterThanOrEqual(Math.floor(own / size));
        }
      }),
    );
  });
});
