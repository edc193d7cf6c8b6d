import { describe, expect, it } from 'vitest';

import { runCore } from '../support/core/core-run.ts';
import type { FaultKind, PromiseName } from '../support/core/kinds.ts';
import { faultKinds, promiseNames } from '../support/core/kinds.ts';
import { Tally } from '../support/core/tally.ts';

/** `CORE_SEEDS=50000` looks at more, `CORE_SEED=17` at that one alone. */
const only = process.env['CORE_SEED'];
const count = only === undefined ? Number(process.env['CORE_SEEDS'] ?? 2_000) : 1;
const first = Number(only ?? 1);

describe('the whole core before everything that can go wrong', () => {
  it(`keeps its promises, on ${count} seeds`, { timeout: 3_600_000 }, async () => {
    const faults = new Tally<FaultKind>(faultKinds);
    const checks = new Tally<PromiseName>(promiseNames);
    const verdicts = new Tally<'whole' | 'error' | 'left'>(['whole', 'error', 'left']);
    const violations: string[] = [];
    let [resumes, requests] = [0, 0];
    for (let seed = first; seed < first + count; seed += 1) {
      const run = await runCore(seed);
      faults.add(run.faults);
      checks.add(run.checks);
      verdicts.add(run.verdicts);
      violations.push(...run.violations);
      resumes += run.resumes;
      requests += run.requests;
    }
    console.log(
      `${count} seeds, ${requests} requests: ${verdicts.text}; ${resumes} went on elsewhere\n` +
        `faults: ${faults.text}\nchecks: ${checks.text}`,
    );

    expect(violations.slice(0, 20)).toEqual([]);
    if (only !== undefined) return;
    expect(faults.missing).toEqual([]);
    expect(checks.missing).toEqual([]);
  });
});
