import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenIds } from '../../../gateway/wire/token-ids.ts';

describe('a list of token ids', () => {
  it('reads back every list that JSON can write, one behind the other', () => {
    const lists = fc.array(fc.array(fc.nat(2 ** 31 - 1), { maxLength: 200 }), { maxLength: 5 });
    fc.assert(
      fc.property(lists, fc.boolean(), (all, isSpaced) => {
        const ids = new TokenIds();
        for (const list of all) {
          const text = JSON.stringify({ ids: list }).replaceAll(',', isSpaced ? ', ' : ',');
          expect(text[ids.read(text, '{"ids":['.length)]).toBe(']');
        }
        expect(ids.toArray()).toEqual(all.flat());
        expect(ids.length).toBe(all.flat().length);
      }),
    );
  });

  it.each(['[1,2', '[1,"2"]', '[1,-2]', '[1.5]', '[null]', '[[1]]', '['])(
    'keeps nothing of %s',
    (text) => {
      const ids = new TokenIds();
      ids.read('[7]', 1);

      expect(ids.read(text, 1)).toBe(-1);
      expect(ids.toArray()).toEqual([7]);
    },
  );

  it('is cut to its first ones', () => {
    const ids = new TokenIds();
    ids.read('[1,2,3]', 1);
    ids.cutTo(2);
    ids.cutTo(9);
    ids.read('[4]', 1);

    expect(ids.toArray()).toEqual([1, 2, 4]);
  });
});
