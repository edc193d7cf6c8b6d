import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { readProcess } from '../../../deploy/launch/process-table.ts';
import { until } from '../../support/live/until.ts';

const wardenFile = fileURLToPath(new URL('../../../deploy/launch/warden.ts', import.meta.url));

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

const nobody = { mark: '\0nobody\0', roots: [], known: [] };

async function aSleeper(): Promise<number> {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  return child.pid ?? 0;
}

/** Signal 1 in the mask of those that a process handles. */
function catchesHangUp(pid: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (BigInt(`0x${mask ?? '0'}`) & 1n) === 1n;
}

describe('a warden', { timeout: PROCESS_MS_MAX }, () => {
  it('ends what its argument names, when its input ends', async () => {
    const sleeper = await aSleeper();
    const first = JSON.stringify({ ...nobody, roots: [sleeper] });
    const warden = spawn(process.execPath, [wardenFile, first], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    warden.stdin.end();
    await once(warden, 'exit');
    expect(readProcess(sleeper)).toBeUndefined();
  });

  it('outlives the signals of a service that stops, and ends what its last line names', async () => {
    const sleeper = await aSleeper();
    const warden = spawn(process.execPath, [wardenFile, JSON.stringify(nobody)], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await until('it catches SIGHUP, the last of the three', () => catchesHangUp(warden.pid ?? 0));
    const last = { ...nobody, roots: [sleeper] };
    warden.stdin.write(`${JSON.stringify(nobody)}\n${JSON.stringify(last)}\n`);
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) warden.kill(name);
    warden.stdin.end();
    const [code] = (await once(warden, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(readProcess(sleeper)).toBeUndefined();
  });

  it('ends what its last whole line names, where the launcher was killed within the next', async () => {
    const sleeper = await aSleeper();
    const warden = spawn(process.execPath, [wardenFile, JSON.stringify(nobody)], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const line = JSON.stringify({ ...nobody, roots: [sleeper] });
    warden.stdin.end(`${line}\n${line.slice(0, -2)}`);
    const [code] = (await once(warden, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(readProcess(sleeper)).toBeUndefined();
  });
});
