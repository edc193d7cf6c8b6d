import { Command } from 'commander';

import { weightTypes } from '../../deploy/model-facts.ts';
import { KV_TOKENS_WANTED } from '../../deploy/plan.ts';
import type { Override } from '../config.ts';
import { gather, integerBetween, oneOf, port } from './arguments.ts';
import { tell } from './output.ts';
import { hostOf, planOn } from './plan-host.ts';
import { planTable } from './plan-table.ts';
import { planWish } from './plan-wish.ts';
import { rereadSettings } from './reread-settings.ts';
import { settingsOf } from './serve-settings.ts';
import { withShortHelp } from './short-help.ts';
import { serveUntilSignal } from './serve-until-signal.ts';
import type { UpFlags } from './up-settings.ts';
import {
  commandOverrides,
  launchSourceOf,
  plannedOverrides,
  runDirOverrides,
} from './up-settings.ts';

const REPLICAS_MAX = 256;
const GPUS_MAX = 256;
const NODE_MAX = 1_023;

const WITHOUT_GPU =
  'end the line with -- and the command of your engine, which needs no plan, or try gateway demo';

/** The flags that `--help` shows; the others stand in `--help-all`. */
const frequentFlags = [
  '--config',
  '--engine',
  '--model',
  '--dtype',
  '--tp',
  '--replicas',
  '--engine-port',
];

/** `gateway up`: engines and the gateway in front of them, until a signal ends both. */
export function upCommand(): Command {
  const command = new Command('up')
    .description(
      'Start engines, as gateway plan says or by a command, and the gateway in front\n' +
        'of them. A signal ends both; killed by force it leaves the engines running.',
    )
    .argument('[command...]', 'of the engine, after --; {id}, {model}, {port} in it')
    .option('--config <file>', 'settings as YAML; flags win over it')
    .option('--engine <name>', 'sglang, vllm, llama-cpp, openai, or a word of your own')
    .option('--model <name>', 'model, for {model} in the command')
    .option('--engine-version <version>', 'for the flags of an older one')
    .option('--dtype <type>', weightTypes.join(', '), oneOf(weightTypes), 'bf16')
    .option(
      '--tp <gpus>',
      'GPUs of a replica (default: by its memory)',
      integerBetween(1, GPUS_MAX),
    )
    .option(
      '--replicas <n>',
      'how many: 1 of a command, at most so many of a plan',
      integerBetween(1, REPLICAS_MAX),
    )
    .option('--engine-port <number>', 'of the first one; the others follow', port, 30_000)
    .option('--cpus <list>', 'CPUs of a replica, as 0-95,192-287; once for each', gather)
    .option('--memory-node <n>', 'NUMA node of its memory; once for each', gatherNodes)
    .option('--sysfs <folder>', 'a folder with sys and proc of a machine', '/')
    .option('--nvidia-smi <path>', 'the program to ask', 'nvidia-smi')
    .option('--run-dir <folder>', 'where the launcher and its gateways meet, and logs are')
    .option('--host <address>', 'address of the data port (default 127.0.0.1)')
    .option('--port <number>', 'data port, 0 for a free one (default 8080)', port)
    .option('--admin-host <address>', 'address of the admin port (default 127.0.0.1)')
    .option('--admin-port <number>', 'admin port, 0 for a free one (default 9080)', port)
    .option('--log-level <level>', 'debug, info, warn, error or silent (default info)')
    .option('--json', 'say in one line of JSON that it is listening');
  return withShortHelp(command, frequentFlags).addHelpText('after', `\n${example}`).action(up);
}

const example = `Examples:
  gateway up --engine sglang --model llama-3-70b --dtype fp8
  gateway up --engine vllm --model /models/llama --cpus 0-47 -- \\
    vllm serve {model} --port {port}`;

const node = integerBetween(0, NODE_MAX);

function gatherNodes(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, node(text)];
}

async function up(command: readonly string[], flags: UpFlags): Promise<void> {
  const environment = process.env;
  const more = await overridesOf(flags, command);
  await serveUntilSignal(settingsOf(flags, environment, more), {
    json: flags.json === true,
    keepsEngines: false,
    reread: () => rereadSettings({ flags, environment, more }),
  });
}

async function overridesOf(
  flags: UpFlags,
  command: readonly string[],
): Promise<readonly Override[]> {
  const source = launchSourceOf(flags, command);
  switch (source.kind) {
    case 'command':
      return commandOverrides(flags, command);
    case 'file':
      return runDirOverrides(flags);
    case 'plan':
      return planned(flags, source);
  }
}

/** Says what it is about to do, and why. */
async function planned(
  flags: UpFlags,
  { engine, model }: { readonly engine: string; readonly model: string },
): Promise<readonly Override[]> {
  const wish = { ...flags, engine, kvTokens: KV_TOKENS_WANTED, port: flags.enginePort };
  const { sysfs, nvidiaSmi } = flags;
  const host = await hostOf({ sysfs, nvidiaSmi });
  const plan = planOn(host, { wayOut: WITHOUT_GPU }, planWish(wish, model));
  tell(planTable(plan));
  return plannedOverrides(flags, plan);
}
