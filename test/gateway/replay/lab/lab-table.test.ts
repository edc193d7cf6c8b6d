import { describe, expect, it } from 'vitest';
import { policyNames } from '../../../../routing/policies/catalog.ts';
import { labTable, labValues } from '../../../../gateway/replay/lab/lab-table.ts';
import { aLabEntry } from '../../../support/lab.ts';

describe('the table of a lab', () => {
  it('has a row for each policy, the best of each column marked', () => {
    const entries = [aLabEntry(), aLabEntry({ policy: 'round-robin', goodput: 12, spread: 1.5 })];

    expect(labTable(entries).split('\n')).toEqual([
      'policy       TTFT p50   TTFT p99   gap p99   makespan   good tok/s   recomputed   spread',
      'kv-aware       100 ms     100 ms     10 ms        1 s           11            0     1.00*',
      'round-robin    100 ms     100 ms     10 ms        1 s           12*           0     1.50',
    ]);
  });

  it('fits a hundred columns with every policy and long times', () => {
    const entries = policyNames.map((policy) =>
      aLabEntry({ policy, goodput: 99_999, recomputedTokens: 1_234_567 }),
    );
    const widths = labTable(entries)
      .split('\n')
      .map((line) => line.length);

    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  });

  it('has its figures as values too', () => {
    expect(labValues([aLabEntry()])).toEqual([
      {
        policy: 'kv-aware',
        ttftP50Ms: 100,
        ttftP99Ms: 100,
        gapP99Ms: 10,
        makespanMs: 1000,
        goodputTokensPerSecond: 11,
        recomputedTokens: 0,
        failedRequests: 0,
        spread: 1,
      },
    ]);
  });
});
