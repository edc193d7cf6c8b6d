import { spawnSync } from 'node:child_process';

import type { PlannedReplica } from '../planned-replica.ts';
import { startEngine } from './engine-process.ts';
import type { Failure } from './failure.ts';
import { findCommand } from './find-command.ts';
import type { OutputLog } from './output-log.ts';
import { choosePinning } from './pinning.ts';
import { isFree } from './readiness.ts';
import type { StartOutcome } from './supervisor.ts';

/** Names the launcher's run and the replica in the environment of each of its processes. */
export const MARK_NAME = 'NUMAGATE_REPLICA';

/** What every replica of a launcher is started with. */
export interface StartTerms {
  /** Tells this run of the launcher from every other. */
  readonly run: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A prefix runs within milliseconds, or hangs. */
const PROBE_MS_MAX = 5_000;

/** Looks whether a replica can run, pins it as strictly as the machine allows, and starts it. */
export async function startReplica(
  plan: PlannedReplica,
  log: OutputLog,
  { run, environment }: StartTerms,
): Promise<StartOutcome> {
  const path = plan.environment['PATH'] ?? environment['PATH'] ?? '';
  const [word = '', ...args] = plan.argv;
  const file = findCommand(word, path);
  if (file === undefined) {
    return refused('command-missing', `there is no command ${word}: correct argv, or PATH`);
  }
  if (!(await isFree(plan.port))) {
    const what = `something else listens on its port ${plan.port}: end it, or give another port`;
    return refused('port-taken', what);
  }
  const all = { ...environment, ...environmentOf(plan), [MARK_NAME]: `${run}/${plan.id}` };
  const runs = (prefix: readonly string[]): boolean => canRun(prefix, all);
  const pinning = await choosePinning(plan, async (prefix) => Promise.resolve(runs(prefix)));
  const dying = runs(DIES_WITH_PARENT) ? DIES_WITH_PARENT : [];
  try {
    const engine = await startEngine({
      argv: [...dying, ...pinning.prefix, file, ...args],
      environment: all,
      // The byte after it, so that `sglang-1` is not taken for `sglang-10`.
      mark: `${MARK_NAME}=${run}/${plan.id}\0`,
      output: (chunk) => log.write(chunk),
    });
    return { kind: 'started', engine, pinning };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refused('ended', `the kernel does not start ${file}: ${reason}`);
  }
}

/** The first to end an engine when its launcher is gone; without it the warden does so, a moment later. */
const DIES_WITH_PARENT: readonly string[] = ['setpriv', '--pdeathsig', 'KILL', '--'];

function canRun(
  prefix: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const [file = '', ...args] = prefix;
  const options = { env, timeout: PROBE_MS_MAX, stdio: 'ignore' } as const;
  return spawnSync(file, [...args, 'true'], options).status === 0;
}

/** What a replica needs to see its own GPUs, and to stay recognisable. */
function environmentOf({ gpus, environment }: PlannedReplica): Readonly<Record<string, string>> {
  return {
    // Engines that rename their processes would write the new name over the mark.
    SPT_NOENV: '1',
    ...(gpus.length === 0
      ? {}
      : { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: gpus.join(',') }),
    ...environment,
  };
}

function refused(kind: Failure['kind'], sentence: string): StartOutcome {
  return { kind: 'refused', failure: { kind, sentence, tail: [] } };
}
