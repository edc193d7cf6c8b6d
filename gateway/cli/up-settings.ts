import type { Override } from '../config.ts';
import type { ServeFlags } from './serve-settings.ts';
import { UsageError } from './usage-error.ts';

/** Flags of `gateway up`, as the command line gives them. */
export interface UpFlags extends ServeFlags {
  readonly engine?: string;
  readonly model?: string;
  readonly replicas: number;
  readonly enginePort: number;
  readonly cpus?: readonly string[];
  readonly memoryNode?: readonly number[];
  readonly runDir?: string;
}

/** What flags say of the engines to start: each has the same `command`, and a port and CPUs of its own. */
export function launchOverrides(flags: UpFlags, command: readonly string[]): readonly Override[] {
  const overrides: Override[] = [];
  const { runDir } = flags;
  if (runDir !== undefined) {
    overrides.push({ flag: '--run-dir', path: ['launch', 'runDir'], value: runDir });
  }
  if (command.length > 0) {
    const value = replicasOf(flags, command);
    overrides.push({ flag: '--engine', path: ['launch', 'replicas'], value });
  } else if (flags.config === undefined) {
    throw new UsageError(
      "there is no engine: end the line with -- and the engine's command, or list engines under " +
        '`launch.replicas` in the file of --config',
    );
  }
  return overrides;
}

function replicasOf(flags: UpFlags, command: readonly string[]): readonly object[] {
  const { engine, model, replicas, enginePort, cpus = [], memoryNode = [] } = flags;
  if (engine === undefined || model === undefined) {
    throw new UsageError(`${engine === undefined ? '--engine' : '--model'} is missing`);
  }
  if (cpus.length > 0 && cpus.length !== replicas) {
    throw new UsageError(
      `--cpus comes once for each of ${replicas} replicas, and came ${cpus.length} times`,
    );
  }
  if (memoryNode.length > 0 && memoryNode.length !== replicas) {
    throw new UsageError(
      `--memory-node comes once for each of ${replicas} replicas, and came ${memoryNode.length} times`,
    );
  }
  return Array.from({ length: replicas }, (_, index) => ({
    id: `${engine}-${index}`,
    engine,
    model,
    port: enginePort + index,
    argv: command,
    cpus: cpus[index],
    memoryNodes: memoryNode.slice(index, index + 1),
  }));
}
