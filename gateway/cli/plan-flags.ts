import type { Command } from 'commander';

import { engineCommands } from '../../deploy/engine-commands/catalog.ts';
import type { WeightType } from '../../deploy/model-facts.ts';
import { weightTypes } from '../../deploy/model-facts.ts';
import { KV_TOKENS_WANTED } from '../../deploy/plan.ts';
import { integerBetween, oneOf } from './arguments.ts';

/** In which form a plan can be written for others to run, the last two for the gateway itself. */
export const planForms = ['systemd', 'kubernetes', 'config', 'launch'] as const;

/** Flags of `gateway plan`, as the command line gives them. */
export interface PlanFlags {
  readonly model?: string;
  readonly engine: string;
  readonly engineVersion?: string;
  readonly command?: string;
  readonly dtype: WeightType;
  readonly tp?: number;
  readonly replicas?: number;
  readonly kvTokens: number;
  readonly reserveCores?: number;
  readonly port: number;
  readonly host?: string;
  readonly sysfs: string;
  readonly nvidiaSmi: string;
  readonly dump?: string;
  readonly json?: boolean;
  readonly emit?: (typeof planForms)[number];
  readonly out?: string;
  readonly image: string;
  readonly memory: string;
}

/** A machine with more has not been built. */
const GPUS_MAX = 256;
/** The last replica's port must be one, too. */
const PORT_MAX = 60_000;

/** Gives a command the flags of a plan. */
export function planFlags(command: Command): void {
  const engines = engineCommands.map(({ name }) => name).join(', ');
  command
    .optionsGroup('What:')
    .option('--model <name>', 'a known model, a repository, or a folder with its config.json')
    .option(
      '--dtype <type>',
      `type of the weights: ${weightTypes.join(', ')}`,
      oneOf(weightTypes),
      'bf16',
    )
    .option('--engine <name>', `${engines}; or another, with --command`, 'sglang')
    .option('--engine-version <version>', 'its version, for the flags of an older one')
    .option('--command <template>', 'its command, with {model}, {served}, {port} and {tp}')
    .option(
      '--tp <gpus>',
      'GPUs of a replica (default: by its memory)',
      integerBetween(1, GPUS_MAX),
    )
    .option('--replicas <n>', 'at most so many', integerBetween(1, GPUS_MAX))
    .option(
      '--kv-tokens <n>',
      'KV cache that a replica should have',
      integerBetween(1, 1_000_000_000),
      KV_TOKENS_WANTED,
    )
    .option(
      '--reserve-cores <n>',
      'cores of a node for others (default: 1 of 16)',
      integerBetween(0, 1024),
    )
    .option(
      '--port <number>',
      'of the first replica; the others in tens',
      integerBetween(1, PORT_MAX),
      30_000,
    )
    .optionsGroup('Where:')
    .option('--host <file>', 'a dump of another machine, or `published`')
    .option('--sysfs <folder>', 'a folder with sys and proc of a machine', '/')
    .option('--nvidia-smi <path>', 'the program to ask', 'nvidia-smi')
    .optionsGroup('Output:')
    .option('--dump <file>', 'write down what was read of this machine')
    .option('--json', 'the plan as JSON')
    .option('--emit <form>', `the plan as files: ${planForms.join(', ')}`, oneOf(planForms))
    .option('--out <folder>', 'where --emit writes them; printed unless given')
    .option('--image <name>', 'image of the engine, for kubernetes', 'ENGINE-IMAGE')
    .option('--memory <amount>', 'host memory of a pod, for kubernetes', '64Gi');
}

/** The flags that `--help` shows; the others stand in `--help-all`. */
export const frequentPlanFlags: readonly string[] = [
  '--model',
  '--dtype',
  '--engine',
  '--tp',
  '--host',
  '--dump',
  '--json',
  '--emit',
  '--out',
];
