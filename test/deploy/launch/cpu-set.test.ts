import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isWithin, parseCpuList, unionOf } from '../../../deploy/launch/cpu-set.ts';
import { cpuListText } from '../../../deploy/placement.ts';
import type { CpuRange } from '../../../deploy/placement.ts';

const ranges: fc.Arbitrary<CpuRange[]> = fc.array(
  fc
    .tuple(fc.nat(400), fc.nat(40))
    .map(([first, more]): CpuRange => ({ first, last: first + more })),
  { maxLength: 8 },
);

function members(list: readonly CpuRange[]): number[] {
  const all = list.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  return [...new Set(all)].toSorted((one, other) => one - other);
}

describe('a list of CPUs', () => {
  it.each([
    ['', []],
    ['0', [{ first: 0, last: 0 }]],
    [
      '0-95,192-287\n',
      [
        { first: 0, last: 95 },
        { first: 192, last: 287 },
      ],
    ],
  ])('is read as the kernel writes it: %j', (text, list) => {
    expect(parseCpuList(text)).toEqual(list);
  });

  it.each(['a', '3-1', '0-', '-1', '0,,1', '0 1', '1-2-3'])('is not %j', (text) => {
    expect(() => parseCpuList(text)).toThrow(
      new RangeError(`'${text}' is no list of CPUs such as 0-95,192-287`),
    );
  });

  it('says the same after it was written and read', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        expect(parseCpuList(cpuListText(list))).toEqual(list);
      }),
    );
  });

  it('united holds what stood in any part, ascending, and ranges that do not touch', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const union = unionOf(list);
        expect(members(union)).toEqual(members(list));
        for (const [index, { first }] of union.entries()) {
          const before = union[index - 1];
          if (before !== undefined) expect(first).toBeGreaterThan(before.last + 1);
        }
      }),
    );
  });

  it('is within another where each of its CPUs is', () => {
    fc.assert(
      fc.property(ranges, ranges, (inner, outer) => {
        const all = new Set(members(outer));
        expect(isWithin(inner, outer)).toBe(members(inner).every((cpu) => all.has(cpu)));
      }),
    );
  });
});
