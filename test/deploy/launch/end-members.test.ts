import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { endMembers, signal } from '../../../deploy/launch/end-members.ts';
import { readProcess, readProcesses } from '../../../deploy/launch/process-table.ts';

describe('members', () => {
  it('end, also those that ignore every other signal', async () => {
    const child = spawn('sh', ['-c', 'trap "" TERM INT HUP; echo up; while :; do sleep 1; done'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;

    expect(signal(pid, 'SIGTERM')).toBe(true);
    expect(readProcess(pid)).toBeDefined();
    expect(await endMembers({ mark: '\0nobody\0', roots: [pid], known: [] })).toEqual([]);
    expect(readProcess(pid)).toBeUndefined();
  });

  it('end also where the machine has no file left for the first looks', async () => {
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    let looks = 0;
    const processes = (): ReturnType<typeof readProcesses> => {
      looks += 1;
      if (looks < 3) throw new Error('EMFILE: too many open files');
      return readProcesses();
    };

    expect(await endMembers({ mark: '\0nobody\0', roots: [pid], known: [] }, processes)).toEqual(
      [],
    );
    expect(looks).toBeGreaterThan(3);
    expect(readProcess(pid)).toBeUndefined();
  });

  it('may all have ended before', async () => {
    expect(await endMembers({ mark: '\0nobody\0', roots: [2 ** 22 + 1], known: [] })).toEqual([]);
    expect(signal(2 ** 22 + 1, 'SIGTERM')).toBe(false);
  });
});
