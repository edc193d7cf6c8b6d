import { Command } from 'commander';

import { LauncherClient, runDirAt } from '../../deploy/launcher.ts';
import { openTextClient } from '../wire/text-client.ts';
import { adminReplicas } from './admin-replicas.ts';
import { gather, integerBetween, origin } from './arguments.ts';
import { defaultRunDir } from './default-run-dir.ts';
import { EXIT_INTERRUPTED, Interruption } from './interruption.ts';
import { markReplica } from './mark-replica.ts';
import { tell } from './output.ts';
import { restartOneByOne } from './rolling-restart.ts';
import { runningLauncher } from './running-launcher.ts';
import { waitingClock } from './waiting-clock.ts';

interface RestartFlags {
  readonly runDir?: string;
  readonly adminUrl?: readonly string[];
  readonly adminKey?: string;
  readonly drainMs: number;
}

const HOUR_MS = 3_600_000;
const CONNECT_MS_MAX = 5_000;
const PAGE_BYTES_MAX = 64 * 1024;
const ALONE =
  'There is one replica: until it is back, requests are refused with 503 (no_replica), unless ' +
  'the gateway has others.';
const ADMIN_URL = 'http://127.0.0.1:9080';

/** `gateway restart`: engines one by one, without a lost request. */
export function restartCommand(): Command {
  return new Command('restart')
    .description(
      'Restart engines one by one: each gets no new requests, finishes what it has, is restarted,\n' +
        'and takes requests again before the next one is begun.',
    )
    .argument('[replica...]', 'which ones, in this order; all unless named')
    .option('--run-dir <folder>', 'where the launcher and its gateways meet')
    .option(
      '--admin-url <url>',
      `admin port of a gateway; repeat it for each (${ADMIN_URL})`,
      gatherOrigins,
    )
    .option('--admin-key <key>', 'the admin key; without it GATEWAY_ADMIN_KEY is taken')
    .option(
      '--drain-ms <n>',
      'longest wait for the requests of one',
      integerBetween(0, 24 * HOUR_MS),
      HOUR_MS,
    )
    .addHelpText('after', '\nExample:\n  gateway restart sglang-0')
    .action(restart);
}

function gatherOrigins(text: string, before?: readonly string[]): readonly string[] {
  return gather(origin(text), before);
}

async function restart(named: readonly string[], flags: RestartFlags): Promise<void> {
  const dir = runDirAt(flags.runDir ?? defaultRunDir(process.env, process.getuid?.()));
  const launcher = new LauncherClient(dir.socket);
  const { replicas } = await runningLauncher(launcher);
  const ids = named.length > 0 ? named : replicas.map(({ plan }) => plan.id);
  if (replicas.length === 1) tell(ALONE);
  using interruption = new Interruption();
  const key = flags.adminKey ?? process.env['GATEWAY_ADMIN_KEY'];
  const client = openTextClient({ connectMs: CONNECT_MS_MAX, bodyBytesMax: PAGE_BYTES_MAX });
  const { fetchText } = client;
  try {
    await restartOneByOne(ids, {
      launcher,
      admin: {
        replicas: adminReplicas,
        mark: (door, id, mark) =>
          markReplica(id, mark, { adminUrl: door.url, adminKey: door.key, fetchText }),
      },
      doors: (flags.adminUrl ?? [ADMIN_URL]).map((url) => ({ url, key })),
      clock: waitingClock,
      drainMsMax: flags.drainMs,
      tell,
      signal: interruption.signal,
    });
  } finally {
    await client.close();
  }
  if (interruption.signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}
