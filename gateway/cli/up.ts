import { Command } from 'commander';

import { gather, integerBetween, port } from './arguments.ts';
import { rereadSettings } from './reread-settings.ts';
import { settingsOf } from './serve-settings.ts';
import { withShortHelp } from './short-help.ts';
import { serveUntilSignal } from './serve-until-signal.ts';
import type { UpFlags } from './up-settings.ts';
import { launchOverrides } from './up-settings.ts';

const REPLICAS_MAX = 256;
const NODE_MAX = 1_023;

/** The flags that `--help` shows; the others stand in `--help-all`. */
const frequentFlags = [
  '--config',
  '--engine',
  '--model',
  '--replicas',
  '--engine-port',
  '--cpus',
  '--memory-node',
];

/** `gateway up`: engines and the gateway in front of them, until a signal ends both. */
export function upCommand(): Command {
  const command = new Command('up')
    .description(
      'Start engines and the gateway in front of them, and end both on a signal.\n' +
        'Killed by force it leaves the engines running, and the next one adopts them.',
    )
    .argument('[command...]', 'of the engine, after --; {id}, {model}, {port} in it')
    .option('--config <file>', 'settings as YAML; flags win over it')
    .option('--engine <name>', 'sglang, vllm, llama-cpp, openai, or a word of your own')
    .option('--model <name>', 'model, for {model} in the command')
    .option('--replicas <n>', 'how many of it', integerBetween(1, REPLICAS_MAX), 1)
    .option('--engine-port <number>', 'of the first one; the others follow', port, 30_000)
    .option('--cpus <list>', 'CPUs of a replica, as 0-95,192-287; once for each', gather)
    .option('--memory-node <n>', 'NUMA node of its memory; once for each', gatherNodes)
    .option('--run-dir <folder>', 'where the launcher and its gateways meet, and logs are')
    .option('--host <address>', 'address of the data port (default 127.0.0.1)')
    .option('--port <number>', 'data port, 0 for a free one (default 8080)', port)
    .option('--admin-host <address>', 'address of the admin port (default 127.0.0.1)')
    .option('--admin-port <number>', 'admin port, 0 for a free one (default 9080)', port)
    .option('--log-level <level>', 'debug, info, warn, error or silent (default info)')
    .option('--json', 'say in one line of JSON that it is listening');
  return withShortHelp(command, frequentFlags).addHelpText('after', `\n${example}`).action(up);
}

const example = `Example:
  gateway up --engine vllm --model /models/llama --cpus 0-47 -- \\
    vllm serve {model} --port {port}`;

const node = integerBetween(0, NODE_MAX);

function gatherNodes(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, node(text)];
}

async function up(command: readonly string[], flags: UpFlags): Promise<void> {
  const environment = process.env;
  const more = launchOverrides(flags, command);
  await serveUntilSignal(settingsOf(flags, environment, more), {
    json: flags.json === true,
    keepsEngines: false,
    reread: () => rereadSettings({ flags, environment, more }),
  });
}
