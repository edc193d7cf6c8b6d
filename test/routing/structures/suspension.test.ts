import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isPanic, maySuspend } from '../../../routing/structures/suspension.ts';

describe('a replica that fails its requests', () => {
  it.each([
    { replicas: 1, suspendedMax: 0 },
    { replicas: 2, suspendedMax: 1 },
    { replicas: 3, suspendedMax: 1 },
    { replicas: 6, suspendedMax: 1 },
    { replicas: 7, suspendedMax: 2 },
    { replicas: 10, suspendedMax: 3 },
    { replicas: 100, suspendedMax: 30 },
  ])('may be left out with up to $suspendedMax of $replicas', ({ replicas, suspendedMax }) => {
    let suspended = 0;
    while (maySuspend({ replicas, serving: replicas - suspended, suspended })) suspended += 1;
    expect(suspended).toBe(suspendedMax);
  });

  it('stays where too few would serve without it', () => {
    expect(maySuspend({ replicas: 10, serving: 6, suspended: 0 })).toBe(true);
    expect(maySuspend({ replicas: 10, serving: 5, suspended: 0 })).toBe(false);
  });
});

describe('a fleet', () => {
  it('tries everyone with less than half of it serving, and not with half', () => {
    expect(isPanic({ replicas: 4, serving: 2 })).toBe(false);
    expect(isPanic({ replicas: 4, serving: 1 })).toBe(true);
    expect(isPanic({ replicas: 0, serving: 0 })).toBe(false);
  });

  it('is never in a panic by what was left out', () => {
    const census = fc
      .record({ replicas: fc.integer({ min: 1, max: 1_000 }), out: fc.nat(1_000), by: fc.nat(999) })
      .filter(({ replicas, out, by }) => out + by <= replicas);
    fc.assert(
      fc.property(census, ({ replicas, out, by }) => {
        const serving = replicas - out - by;
        if (!maySuspend({ replicas, serving, suspended: by })) return;
        expect(isPanic({ replicas, serving: serving - 1 })).toBe(false);
      }),
    );
  });
});
