import { describe, expect, it } from 'vitest';

import { restartCommand } from '../../../gateway/cli/restart.ts';
import { runGateway } from '../../support/command-line.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

describe('gateway restart', { timeout: PROCESS_MS_MAX }, () => {
  it('may name replicas, and several gateways', async () => {
    let words: readonly string[] = [];
    const command = restartCommand().action((given: readonly string[]) => {
      words = given;
    });
    const line = 'one two --admin-url http://a:1 --admin-url http://b:2';
    await command.parseAsync(line.split(' '), { from: 'user' });

    expect(words).toEqual(['one', 'two']);
    expect(command.opts()).toEqual({
      adminUrl: ['http://a:1', 'http://b:2'],
      drainMs: 3_600_000,
    });
  });

  it('says so where nothing runs', async () => {
    using folder = new TemporaryFolder();
    const { code, stderr } = await runGateway(['restart', '--run-dir', folder.path]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `gateway: no launcher listens at ${folder.dir.socket}: gateway up and launch have started`,
    );
  });
});
