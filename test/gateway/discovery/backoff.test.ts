import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { backoffMs } from '../../../gateway/discovery/backoff.ts';

describe('the wait before the next try', () => {
  it('doubles from 200 ms up to the most', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => backoffMs(failures, 5_000, () => 0));
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('is cut by chance to no less than half', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 100, max: 3_600_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, msMax, chance) => {
          const full = backoffMs(failures, msMax, () => 0);
          const wait = backoffMs(failures, msMax, () => chance);
          expect(full).toBeLessThanOrEqual(msMax);
          expect(wait).toBeGreaterThanOrEqual(full / 2);
          expect(wait).toBeLessThanOrEqual(full);
        },
      ),
    );
  });
});
