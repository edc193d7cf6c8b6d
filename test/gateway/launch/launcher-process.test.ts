import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readProcess } from '../../../deploy/launch/process-table.ts';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import { findLauncher, untilEnded } from '../../../gateway/launch/launcher-process.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

describe('the launcher of a directory', { timeout: PROCESS_MS_MAX }, () => {
  it('is started where there is none, found where there is one, and gone when it has ended', async () => {
    using folder = new TemporaryFolder();
    const first = await findLauncher(folder.dir, waitingClock);
    const second = await findLauncher(folder.dir, waitingClock);

    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.state.pid).toBe(first.state.pid);
    // It has nothing to do with the terminal or the group of whoever started it.
    const { pid } = first.state;
    expect(readProcess(pid)).toMatchObject({ session: pid, group: pid });

    await second.client.stop();
    await untilEnded(second.client, waitingClock);
    await untilEnded(second.client, waitingClock);
    expect((await findLauncher(folder.dir, waitingClock)).isNew).toBe(true);
  });

  it('is told why it does not come up', async () => {
    using folder = new TemporaryFolder();
    mkdirSync(folder.dir.socket);
    await expect(findLauncher(folder.dir, waitingClock)).rejects.toThrow(
      /^the launcher did not come up: gateway: .*launcher\.sock/u,
    );
  });

  it('is neither found nor started in a directory of others, and nothing is written there', async () => {
    using folder = new TemporaryFolder();
    chmodSync(folder.path, 0o777);
    await expect(findLauncher(folder.dir, waitingClock)).rejects.toThrow(
      new RegExp(`^other users can enter ${folder.path}: chmod 700 it`, 'u'),
    );
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('empties no file that a link in its directory leads to', async () => {
    using folder = new TemporaryFolder();
    const victim = join(folder.path, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder.path, 'launcher.err'));
    await expect(findLauncher(folder.dir, waitingClock)).rejects.toThrow('ELOOP');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});
