import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import type { Membership, ProcessEntry } from '../../../deploy/launch/process-table.ts';
import { membersOf, readProcess, readProcesses } from '../../../deploy/launch/process-table.ts';
import { until } from '../../support/live/until.ts';

const nobody: Membership = { mark: '\0nobody\0', roots: [], known: [] };

/** A process that waits, and ends with the test that holds it. */
async function aSleeper(
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly pid: number } & AsyncDisposable> {
  const child = spawn('/bin/sleep', ['1000'], {
    detached: true,
    stdio: 'ignore',
    env: environment,
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  // Between fork and exec it still has the environment of the test.
  await until(
    'it is another program',
    () => membersOf({ ...nobody, mark: 'PATH=' }, [entry(pid)]).length === 0,
  );
  return {
    pid,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function entry(pid: number, more: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, parent: 1, group: pid, session: pid, startTicks: 1, ...more };
}

const pidsOf = (entries: readonly ProcessEntry[]): number[] => entries.map(({ pid }) => pid);

describe('the table of processes', () => {
  it('holds this one and its parent', () => {
    const self = readProcess(process.pid);
    expect(self).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(self?.startTicks).toBeGreaterThan(0);
    expect(pidsOf(readProcesses())).toEqual(expect.arrayContaining([process.pid, process.ppid]));
  });

  it('holds one that leads a session, until it has ended', async () => {
    const sleeper = await aSleeper();
    const { pid } = sleeper;
    expect(readProcess(pid)).toMatchObject({ parent: process.pid, group: pid, session: pid });
    await sleeper[Symbol.asyncDispose]();
    expect(readProcess(pid)).toBeUndefined();
  });
});

describe('a member', () => {
  it('bears the mark in its environment, whole', async () => {
    await using one = await aSleeper({ NUMAGATE_REPLICA: 'run/engine-1' });
    await using ten = await aSleeper({ NUMAGATE_REPLICA: 'run/engine-10' });
    const processes = readProcesses();
    const marked = (mark: string): number[] => pidsOf(membersOf({ ...nobody, mark }, processes));

    expect(marked('NUMAGATE_REPLICA=run/engine-1\0')).toEqual([one.pid]);
    expect(new Set(marked('NUMAGATE_REPLICA=run/'))).toEqual(new Set([one.pid, ten.pid]));
    expect(marked('NUMAGATE_REPLICA=other/')).toEqual([]);
  });

  it('is in the group or the session of a root', () => {
    const processes = [
      entry(100_010_001, { group: 100_010_000 }),
      entry(100_010_002, { session: 100_010_000 }),
      entry(100_010_003),
    ];
    const members = membersOf({ ...nobody, roots: [100_010_000] }, processes);
    expect(pidsOf(members)).toEqual([100_010_001, 100_010_002]);
  });

  it('was known, and is no later process of the same id', () => {
    const known = [{ pid: 100_010_001, startTicks: 7 }];
    const then = membersOf({ ...nobody, known }, [entry(100_010_001, { startTicks: 7 })]);
    const later = membersOf({ ...nobody, known }, [entry(100_010_001, { startTicks: 8 })]);
    expect(pidsOf(then)).toEqual([100_010_001]);
    expect(later).toEqual([]);
  });

  it('descends from another, however far', () => {
    const processes = [
      entry(100_010_003, { parent: 100_010_002 }),
      entry(100_010_002, { parent: 100_010_001 }),
      entry(100_010_001),
      entry(100_010_009),
    ];
    const members = membersOf({ ...nobody, roots: [100_010_001] }, processes);
    expect(new Set(pidsOf(members))).toEqual(new Set([100_010_001, 100_010_002, 100_010_003]));
  });

  it('is never this process itself', () => {
    expect(membersOf({ ...nobody, roots: [process.pid] }, [entry(process.pid)])).toEqual([]);
  });
});
