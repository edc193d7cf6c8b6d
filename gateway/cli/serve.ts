import { Command } from 'commander';

import { policyNames } from '../../routing/policies/catalog.ts';
import type { Config } from '../config.ts';
import type { RunningGateway } from '../house.ts';
import { startGateway } from '../house.ts';
import { gather, integerBetween, oneOf, port } from './arguments.ts';
import { say, tell } from './output.ts';
import { explainPortError } from './port-error.ts';
import { rereadSettings } from './reread-settings.ts';
import { runUntilSignal } from './run-until-signal.ts';
import type { ServeFlags } from './serve-settings.ts';
import { settingsOf } from './serve-settings.ts';

const MODES = ['late-binding', 'pass-through'] as const;
const TOKENS_MAX = 100_000_000;

/** `gateway serve`: the gateway in front of replicas, from flags alone or from a file. */
export function serveCommand(): Command {
  const tokens = integerBetween(1, TOKENS_MAX);
  return new Command('serve')
    .description('Put the gateway in front of replicas that run already.')
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
  const config = settingsOf(flags, process.env);
  const reread = (): Promise<Config> => rereadSettings({ flags, environment: process.env });
  const gateway = await startGateway(config, reread).catch((error: unknown) => {
    throw explainPortError(error, '--host, --port, --admin-host or --admin-port');
  });
  // What comes of it stands in the log.
  process.on('SIGHUP', () => void gateway.reload());
  // Whoever reads that we listen may tell us to stop at once.
  runUntilSignal({
    // Who presses Ctrl-C has no balancer in front that would have to notice first.
    stop: (signal) => gateway.drain({ settles: signal === 'SIGTERM' }),
    kill: () => gateway.close(),
  });
  if (flags.json === true) {
    const { url, adminUrl } = gateway;
    say(JSON.stringify({ event: 'listening', url, adminUrl }));
  } else announce(gateway, config);
}

function announce({ url, adminUrl }: RunningGateway, { replicas, routing }: Config): void {
  const names = replicas.map(({ id }) => id).join(', ');
  tell(`Serving at ${url}/v1, routing ${routing.policy} over ${names}`);
  tell(`Metrics: ${adminUrl}/metrics   State: ${adminUrl}/admin/state`);
}
