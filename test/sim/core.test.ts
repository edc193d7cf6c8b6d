import { describe, expect, it } from 'vitest';

import { missingOf, playSeeds, textOf } from '../support/core/play-seeds.ts';

/** `CORE_SEEDS=50000` looks at more, `CORE_SEED=17` at that one alone. */
const only = process.env['CORE_SEED'];
const count = only === undefined ? Number(process.env['CORE_SEEDS'] ?? 2_000) : 1;
const first = Number(only ?? 1);

describe('the whole core before everything that can go wrong', () => {
  it(`keeps its promises, on ${count} seeds`, { timeout: 3_600_000 }, async () => {
    const played = await playSeeds({ first, count });
    console.log(textOf(played));

    expect(played.violations.slice(0, 20)).toEqual([]);
    if (only !== undefined) return;
    expect(missingOf(played.faults)).toEqual([]);
    expect(missingOf(played.checks)).toEqual([]);
  });
});
