import { describe, expect, it } from 'vitest';

import { LauncherClient } from '../../../deploy/launcher.ts';
import { CommandLine, runGateway } from '../../support/command-line.ts';
import { until } from '../../support/live/until.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

describe('gateway down', { timeout: PROCESS_MS_MAX }, () => {
  it('ends the launcher, and says so where there is none', async () => {
    using folder = new TemporaryFolder();
    await using launcher = new CommandLine(['launcher', '--run-dir', folder.path]);
    const client = new LauncherClient(folder.dir.socket);
    await until('it listens', () => client.state().catch(() => undefined));

    const first = await runGateway(['down', '--run-dir', folder.path]);
    const second = await runGateway(['down', '--run-dir', folder.path]);
    const { code } = await launcher.ended();

    expect(first).toMatchObject({
      code: 0,
      stderr: 'Ending a launcher without engines.\nNothing is left running.\n',
    });
    expect(second).toMatchObject({
      code: 0,
      stderr: `Nothing runs here: no launcher listens in ${folder.path}.\n`,
    });
    expect(code).toBe(0);
  });
});
