import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { signal } from '../../../deploy/launch/end-members.ts';
import type { RunDir } from '../../../deploy/launch/run-dir.ts';
import { runDirAt } from '../../../deploy/launch/run-dir.ts';
import type { Membership, ProcessEntry } from '../../../deploy/launch/process-table.ts';
import { membersOf, readProcesses } from '../../../deploy/launch/process-table.ts';
import { isFree } from '../../../deploy/launch/readiness.ts';
import { MARK_NAME } from '../../../deploy/launch/start-replica.ts';
import { readTrace } from '../../../deploy/launch/state-file.ts';
import type { PlannedReplica } from '../../../deploy/planned-replica.ts';

const engineFile = fileURLToPath(new URL('./engine.ts', import.meta.url));

/** The command of an engine without a model, with flags of its own. */
export function engineArgv(port: number, flags: readonly string[] = []): readonly string[] {
  return [process.execPath, engineFile, '--port', String(port), ...flags];
}

/** A replica to launch; on no CPU in particular unless told. */
export function aPlan(plan: Partial<PlannedReplica> = {}): PlannedReplica {
  const port = plan.port ?? 30_000;
  return {
    id: 'engine-0',
    engine: 'vllm',
    model: 'mine',
    port,
    gpus: [],
    numaNodes: [],
    cpus: [],
    memoryNodes: [],
    environment: {},
    argv: engineArgv(port),
    reasons: [],
    ...plan,
  };
}

/** A folder that is gone with the test that holds it, and with it whatever was launched there. */
export class TemporaryFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'numagate-run-'));

  /** It as a run directory. */
  get dir(): RunDir {
    return runDirAt(this.path);
  }

  [Symbol.dispose](): void {
    const { pid, ended } = readTrace(this.dir.stateFile) ?? { pid: process.pid, ended: true };
    if (!ended && pid !== process.pid) signal(pid, 'SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Below the ports that the kernel gives to whoever asks for any: nobody takes one between a look and a start. */
const PORTS = { first: 20_000, count: 12_000 };

/** A port that nobody has, with `count` of them from it on. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = PORTS.first + Math.floor(Math.random() * PORTS.count);
    const free = await Promise.all(
      Array.from({ length: count }, (_, index) => isFree(first + index)),
    );
    if (free.every(Boolean)) return first;
  }
}

/** The engines' processes that the last launcher of a directory has, or has left. */
export function enginesOf(dir: RunDir): readonly ProcessEntry[] {
  const run = readTrace(dir.stateFile)?.run;
  if (run === undefined) return [];
  return membersOf({ mark: `${MARK_NAME}=${run}/`, roots: [], known: [] }, readProcesses());
}

/** Those of some processes that still run. */
export function stillRunning(
  processes: readonly Pick<ProcessEntry, 'pid' | 'startTicks'>[],
): readonly number[] {
  const membership: Membership = { mark: '\0never\0', roots: [], known: processes };
  return membersOf(membership, readProcesses()).map(({ pid }) => pid);
}
