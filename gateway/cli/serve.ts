import { Command } from 'commander';

import { policyNames } from '../../routing/policies/catalog.ts';
import { gather, integerBetween, oneOf, port } from './arguments.ts';
import { rereadSettings } from './reread-settings.ts';
import type { ServeFlags } from './serve-settings.ts';
import { settingsOf } from './serve-settings.ts';
import { serveUntilSignal } from './serve-until-signal.ts';

const MODES = ['late-binding', 'pass-through'] as const;
const TOKENS_MAX = 100_000_000;

/** `gateway serve`: the gateway in front of replicas, from flags alone or from a file. */
export function serveCommand(): Command {
  const tokens = integerBetween(1, TOKENS_MAX);
  return new Command('serve')
    .description(
      'Put the gateway in front of replicas that run already, or that its file launches.',
    )
    .option('--replica <url>', "a replica's base URL; repeat it for each", gather)
    .option('--config <file>', 'settings as YAML; flags win; SIGHUP reads it again')
    .option('--host <address>', 'address of the data port (default 127.0.0.1)')
    .option('--port <number>', 'data port, 0 for a free one (default 8080)', port)
    .option('--admin-host <address>', 'address of the admin port (default 127.0.0.1)')
    .option('--admin-port <number>', 'admin port, 0 for a free one (default 9080)', port)
    .option(
      '--policy <name>',
      `routing: ${policyNames[0]} (default) or another`,
      oneOf(policyNames),
    )
    .option(
      '--admission <mode>',
      'late-binding (default: queues here) or pass-through',
      oneOf(MODES),
    )
    .option('--kv-capacity-tokens <n>', 'KV cache of replicas that do not tell it', tokens)
    .option('--context-tokens-max <n>', 'context of replicas that do not tell it', tokens)
    .option('--otlp-endpoint <url>', 'OTLP/HTTP collector for spans')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default info)')
    .option('--allow-unauthenticated', 'serve other machines without API keys')
    .option('--json', 'say in one line of JSON that it is listening')
    .addHelpText(
      'after',
      '\nExample:\n  gateway serve --replica http://127.0.0.1:30000 --port 8080',
    )
    .action(serve);
}

async function serve(flags: ServeFlags): Promise<void> {
  const environment = process.env;
  await serveUntilSignal(settingsOf(flags, environment), {
    json: flags.json === true,
    keepsEngines: true,
    reread: () => rereadSettings({ flags, environment }),
  });
}
