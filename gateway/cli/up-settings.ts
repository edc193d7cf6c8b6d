import type { WeightType } from '../../deploy/model-facts.ts';
import type { Plan } from '../../deploy/plan.ts';
import type { Override } from '../config.ts';
import { launchSetting } from './launch-plan.ts';
import type { ServeFlags } from './serve-settings.ts';
import { UsageError } from './usage-error.ts';

/** Flags of `gateway up`, as the command line gives them. */
export interface UpFlags extends ServeFlags {
  readonly engine?: string;
  readonly engineVersion?: string;
  readonly model?: string;
  readonly dtype: WeightType;
  readonly tp?: number;
  readonly replicas?: number;
  readonly enginePort: number;
  readonly cpus?: readonly string[];
  readonly memoryNode?: readonly number[];
  readonly sysfs: string;
  readonly nvidiaSmi: string;
  readonly runDir?: string;
}

/** Where the engines come from that are to be started. */
export type LaunchSource =
  /** The command that stands behind `--`. */
  | { readonly kind: 'command' }
  /** A plan of this machine. */
  | { readonly kind: 'plan'; readonly engine: string; readonly model: string }
  /** `launch.replicas` in the file of `--config`. */
  | { readonly kind: 'file' };

/** Whose words say what is started. Throws a UsageError where nobody's do, or two say what excludes each other. */
export function launchSourceOf(flags: UpFlags, command: readonly string[]): LaunchSource {
  const { engine, model, config, cpus, memoryNode } = flags;
  if (command.length > 0) return { kind: 'command' };
  if (cpus !== undefined || memoryNode !== undefined) {
    throw new UsageError(
      `${cpus === undefined ? '--memory-node' : '--cpus'} places engines of a command behind --; ` +
        'without one the plan of this machine places them',
    );
  }
  if (engine !== undefined && model !== undefined) return { kind: 'plan', engine, model };
  if (config !== undefined && engine === undefined && model === undefined) return { kind: 'file' };
  if (engine === undefined && model === undefined) {
    throw new UsageError(
      'there is no engine: say --engine and --model to plan them on this machine, end the line with -- ' +
        "and the engine's command, or list engines under `launch.replicas` in the file of --config",
    );
  }
  throw new UsageError(missing(engine));
}

/** The engines of a plan, started by the gateway. */
export function plannedOverrides(flags: UpFlags, plan: Plan): readonly Override[] {
  return [...runDirOverrides(flags), replicasOverride(plan.replicas.map(launchSetting))];
}

/** What flags say of the engines to start: each has the same `command`, and a port and CPUs of its own. */
export function commandOverrides(flags: UpFlags, command: readonly string[]): readonly Override[] {
  return [...runDirOverrides(flags), replicasOverride(replicasOf(flags, command))];
}

/** What flags say beside a file that lists the engines. */
export function runDirOverrides({ runDir }: UpFlags): readonly Override[] {
  if (runDir === undefined) return [];
  return [{ flag: '--run-dir', path: ['launch', 'runDir'], value: runDir }];
}

function replicasOverride(value: readonly object[]): Override {
  return { flag: '--engine', path: ['launch', 'replicas'], value };
}

function replicasOf(flags: UpFlags, command: readonly string[]): readonly object[] {
  const { engine, model, replicas = 1, enginePort, cpus = [], memoryNode = [] } = flags;
  if (engine === undefined || model === undefined) throw new UsageError(missing(engine));
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

function missing(engine: string | undefined): string {
  return `${engine === undefined ? '--engine' : '--model'} is missing`;
}
