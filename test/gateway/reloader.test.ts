import { describe, expect, it } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import type { Config } from '../../gateway/config.ts';
import type { ReloaderParts, ReloadReport } from '../../gateway/reloader.ts';
import { Reloader } from '../../gateway/reloader.ts';

const config = readConfig({ environment: {} });

function aReloader(facts: Partial<ReloaderParts> = {}) {
  const told: ReloadReport[] = [];
  const reloader = new Reloader({
    reread: () => Promise.resolve(config),
    apply: (given) => ({ config: given, changed: ['keys'], needRestart: [] }),
    told: (report) => told.push(report),
    ...facts,
  });
  return { reloader, told };
}

describe('a reload', () => {
  it('reads, puts in place, and says what changed', async () => {
    const { reloader, told } = aReloader();
    const report = { kind: 'taken', changed: ['keys'], needRestart: [] };

    await expect(reloader.reload()).resolves.toEqual(report);
    expect(told).toEqual([report]);
  });

  it('is refused, line by line, where the settings cannot be read', async () => {
    const { reloader, told } = aReloader({
      reread: () => Promise.reject(new Error('a:1: wrong\na:2: wrong')),
      apply: () => {
        throw new Error('nothing is put in place');
      },
    });

    await reloader.reload();
    expect(told).toEqual([{ kind: 'refused', problems: ['a:1: wrong', 'a:2: wrong'] }]);
  });

  it('is refused where the settings cannot be put in place', async () => {
    const { reloader } = aReloader({
      apply: () => {
        throw new Error('no such file');
      },
    });

    await expect(reloader.reload()).resolves.toMatchObject({ problems: ['no such file'] });
    await expect(reloader.reload()).resolves.toMatchObject({ problems: ['no such file'] });
  });

  it('waits for the one that runs, and one reload serves all who wait', async () => {
    const reads: ((config: Config) => void)[] = [];
    const { reloader, told } = aReloader({
      reread: () =>
        new Promise((resolve) => {
          reads.push(resolve);
        }),
    });

    const first = reloader.reload();
    const others = [reloader.reload(), reloader.reload(), reloader.reload()];
    expect(reads).toHaveLength(1);
    reads[0]?.(config);
    await first;
    await Promise.resolve();
    expect(reads).toHaveLength(2);
    reads[1]?.(config);
    await Promise.all(others);
    expect(told).toHaveLength(2);
    expect(reads).toHaveLength(2);
  });
});
