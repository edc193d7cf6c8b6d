import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePlots } from '../../../../gateway/replay/report/plot-files.ts';
import { aRun } from '../builders.ts';

describe('the files of plots', () => {
  const page = {
    run: aRun(),
    columns: [],
    standing: [],
    provenance: { command: 'gateway replay', host: 'a CPU' },
  };
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-plots-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are one SVG for each plot of the page, in a folder that is made', async () => {
    await writePlots(page, join(folder, 'a/b'));

    const names = readdirSync(join(folder, 'a/b')).toSorted();
    expect(names).toEqual(
      ['e2e', 'itl', 'requests', 'token-gaps', 'tokens', 'tpot', 'ttft'].map(
        (name) => `${name}.svg`,
      ),
    );
    for (const name of names) {
      expect(readFileSync(join(folder, 'a/b', name), 'utf8')).toMatch(/^<svg xmlns=.*<\/svg>\n$/su);
    }
  });

  it('are written anew', async () => {
    await writePlots(page, folder);
    await writePlots(page, folder);

    expect(readFileSync(join(folder, 'ttft.svg'), 'utf8').match(/<svg/gu)).toHaveLength(1);
  });
});
