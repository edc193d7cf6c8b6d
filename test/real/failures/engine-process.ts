import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findEngines, until } from '../stand.ts';
import type { RealEngine } from '../stand.ts';

const dir = process.env['REAL_DIR'] ?? join(homedir(), '.cache', 'numagate-real');
const upScript = join(import.meta.dirname, '..', 'up.sh');

/** What `up.sh` has started: the server, which leads a group of its own. */
export function serverPid({ url }: RealEngine): number {
  return Number(readFileSync(join(dir, 'run', `${new URL(url).port}.pid`), 'utf8'));
}

/** vLLM's engine core: the child of the server that computes. */
export async function enginePid(engine: RealEngine): Promise<number> {
  const server = serverPid(engine);
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', `${server}`]);
  const child = stdout.split('\n').find((line) => line.includes('VLLM::EngineCore'));
  if (child === undefined) throw new Error(`${engine.id} has no engine process`);
  return Number.parseInt(child, 10);
}

/**
 * Ends by force what is left of a replica, and starts it anew as `up.sh` does, which starts what is missing. Resolves when
 * it is healthy.
 */
export async function restart(engine: RealEngine): Promise<void> {
  const server = serverPid(engine);
  endGroup(server);
  await until(() => Promise.resolve(!isGroupAlive(server)));
  await promisify(execFile)(upScript, { env: { ...process.env, REAL_DIR: dir } });
  const [found] = await findEngines(engine.kind, [engine.url]);
  if (found === undefined) throw new Error(`${engine.id} has not come back`);
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of it has ended by itself.
  }
}

function isGroupAlive(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}
