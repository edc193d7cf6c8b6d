import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cpuListText, cpuRanges } from '../../deploy/cpu-list.ts';
import { cpusOf } from '../support/hosts.ts';

describe('a list of CPUs', () => {
  it('is written as the kernel writes it', () => {
    expect(cpuListText(cpuRanges([8, 3, 1, 2, 0, 2]))).toBe('0-3,8');
    expect(cpuListText(cpuRanges([]))).toBe('');
  });

  it('holds the CPUs that it was made of, in ranges that do not touch', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200)), (cpus) => {
        const ranges = cpuRanges(cpus);
        expect(new Set(cpusOf(ranges))).toEqual(new Set(cpus));
        for (const [place, { first }] of ranges.entries()) {
          expect(first).toBeGreaterThan((ranges[place - 1]?.last ?? -2) + 1);
        }
      }),
    );
  });
});
