import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { signal } from '../../../deploy/launch/end-members.ts';
import { readProcess, readProcesses } from '../../../deploy/launch/process-table.ts';
import { WardenLink } from '../../../deploy/launch/warden-link.ts';
import { until } from '../../support/live/until.ts';

/** Processes are started, some of them slowly. */
const PROCESS_MS_MAX = 30_000;

const nobody = { mark: '\0nobody\0', roots: [], known: [] };

async function aSleeper(): Promise<number> {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  return child.pid ?? 0;
}

/** The newest child of this process in a session of its own. */
function wardenPid(before: ReadonlySet<number>): number | undefined {
  return readProcesses().find(
    ({ pid, parent, session }) => parent === process.pid && session === pid && !before.has(pid),
  )?.pid;
}

function pids(): ReadonlySet<number> {
  return new Set(readProcesses().map(({ pid }) => pid));
}

describe('the link to a warden', { timeout: PROCESS_MS_MAX }, () => {
  it('has it end what it watches last, when it is closed', async () => {
    const [first, last] = [await aSleeper(), await aSleeper()];
    const link = new WardenLink(nobody);
    await link.start();
    link.watch({ ...nobody, roots: [first] });
    link.watch({ ...nobody, roots: [last] });
    await link.close();

    expect(readProcess(last)).toBeUndefined();
    expect(readProcess(first)).toBeDefined();
    signal(first, 'SIGKILL');
  });

  it('starts another one that knows the same, where it was killed', async () => {
    const sleeper = await aSleeper();
    const before = pids();
    const link = new WardenLink({ ...nobody, roots: [sleeper] });
    await link.start();
    const killed = wardenPid(before) ?? 0;
    signal(killed, 'SIGKILL');
    await until('there is another', () => wardenPid(new Set([...before, killed])) !== undefined);
    await until('it is ours', async () => {
      await link.close();
      return readProcess(sleeper) === undefined;
    });

    expect(killed).toBeGreaterThan(0);
  });

  it('can be closed before it was started, and twice', async () => {
    const link = new WardenLink(nobody);
    await link.close();
    await link.close();
    expect(wardenPid(pids())).toBeUndefined();
  });
});
