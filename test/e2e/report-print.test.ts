import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { comparedColumns, standingRuns } from '../../gateway/replay/compared-columns.ts';
import { performVirtually } from '../../gateway/replay/perform-run.ts';
import type { ReplayRun } from '../../gateway/replay/replay-run.ts';
import { htmlReport } from '../../gateway/replay/report/html/page.ts';
import { worstRequests } from '../../gateway/replay/worst-requests.ts';
import { publishedRandomOptions, randomWorkload } from '../../gateway/replay/workloads/random.ts';
import { aCost, aDecision, aFleet, aLateness, settings } from '../gateway/replay/builders.ts';

const hasChromium = spawnSync('chromium', ['--version']).status === 0;

/** The published workload on two replicas, with all that a page can tell of a run. */
function fullRun(): ReplayRun {
  const fleet = aFleet();
  const workload = randomWorkload(publishedRandomOptions);
  const plan = {
    settings: settings({ workload }),
    target: { kind: 'virtual', fleet },
    reproduced: undefined,
  } as const;
  const run = performVirtually(plan, fleet);
  const results = run.results.map((each) => ({ ...each, requestId: `q-${each.index}` }));
  const added = { medianMs: 1.5, noiseMs: 0.5, pairs: 24 };
  return {
    ...run,
    results,
    receipts: new Map(
      worstRequests(results).map(({ result }) => [result.requestId ?? '', [aDecision()]]),
    ),
    gatewayCost: aCost({ queueWaitMs: 9, cpuMsPerToken: 0.02, firstToken: added, tokenGap: added }),
    lateness: ['client', 'gateway', 'replica-0', 'replica-1'].map((process) =>
      aLateness({ process }),
    ),
  };
}

describe.skipIf(!hasChromium)('the page of a replay in Chromium (needs chromium of Debian)', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-print-'));
    const run = fullRun();
    const beside = { run, virtual: undefined, reproduced: undefined, others: [] };
    const page = htmlReport({
      run,
      columns: comparedColumns(beside),
      standing: standingRuns(beside),
      provenance: { command: 'npm run demo', host: 'a machine' },
    });
    writeFileSync(join(folder, 'page.html'), page);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function chromium(...args: readonly string[]): void {
    const common = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}/own`];
    const { status } = spawnSync('chromium', [...common, ...args, `file://${folder}/page.html`]);
    expect(status).toBe(0);
  }

  it('prints on two pages', () => {
    chromium('--no-pdf-header-footer', `--print-to-pdf=${folder}/page.pdf`);

    const pdf = readFileSync(join(folder, 'page.pdf'), 'latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(2);
  });
});
