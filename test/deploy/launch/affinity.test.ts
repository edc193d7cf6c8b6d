import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { readAffinity } from '../../../deploy/launch/affinity.ts';
import { membersOf, readProcesses } from '../../../deploy/launch/process-table.ts';
import { until } from '../../support/live/until.ts';

/** A process with many threads, and a child with one, on one CPU. */
async function aPinnedProcess(
  cpu: number,
): Promise<{ readonly pids: () => number[] } & AsyncDisposable> {
  const words = [
    '-c',
    String(cpu),
    process.execPath,
    '-e',
    "require('child_process').spawn('sleep',['1000'])",
  ];
  const child = spawn('taskset', words, { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  const roots = [child.pid ?? 0];
  const pids = (): number[] =>
    membersOf({ mark: '\0nobody\0', roots, known: [] }, readProcesses()).map(({ pid }) => pid);
  await until('both are there', () => pids().length === 2);
  return {
    pids,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    },
  };
}

describe('where the threads of a replica may run', () => {
  it('is what the kernel says of every thread of every process', async () => {
    await using one = await aPinnedProcess(0);
    const inPlace = readAffinity(one.pids(), [{ first: 0, last: 0 }]);

    expect(inPlace).toMatchObject({ cpus: '0', strayThreads: 0 });
    expect(inPlace.memoryNodes).toMatch(/^\d[\d,-]*$/u);
    expect(inPlace.threads).toBeGreaterThan(4);
  });

  it('is drift where it was not planned', async () => {
    await using one = await aPinnedProcess(0);
    const { strayThreads, threads } = readAffinity(one.pids(), [{ first: 1, last: 400 }]);
    expect(strayThreads).toBe(threads);
  });

  it('is no drift where nothing was planned', async () => {
    await using one = await aPinnedProcess(0);
    expect(readAffinity(one.pids(), [])).toMatchObject({ strayThreads: 0, cpus: '0' });
  });

  it('unites the CPUs of all', async () => {
    await using one = await aPinnedProcess(0);
    await using other = await aPinnedProcess(1);
    const all = readAffinity([...one.pids(), ...other.pids()], [{ first: 0, last: 0 }]);
    expect(all.cpus).toBe('0-1');
    expect(all.strayThreads).toBeGreaterThan(0);
    expect(all.strayThreads).toBeLessThan(all.threads);
  });

  it('is nowhere for processes that have ended', () => {
    expect(readAffinity([2 ** 22 + 1], [{ first: 0, last: 0 }])).toEqual({
      threads: 0,
      cpus: '',
      memoryNodes: '',
      strayThreads: 0,
    });
  });
});
