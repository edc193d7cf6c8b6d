import { Command } from 'commander';

import { LauncherClient, runDirAt } from '../../deploy/launcher.ts';
import type { AdminReplica } from './admin-replicas.ts';
import { adminReplicas } from './admin-replicas.ts';
import { origin } from './arguments.ts';
import { defaultRunDir } from './default-run-dir.ts';
import { say, tell } from './output.ts';
import { runningLauncher } from './running-launcher.ts';
import { statusTable } from './status-table.ts';

interface StatusFlags {
  readonly runDir?: string;
  readonly adminUrl: string;
  readonly adminKey?: string;
  readonly json?: boolean;
}

/** `gateway status`: the engines that were started, as launcher, kernel and gateway see them. */
export function statusCommand(): Command {
  return new Command('status')
    .description(
      'Show the engines that were started: state, process, GPUs, CPUs as the kernel reports them,\n' +
        'restarts and load.',
    )
    .option('--run-dir <folder>', 'where the launcher and its gateways meet')
    .option('--admin-url <url>', "the gateway's admin port", origin, 'http://127.0.0.1:9080')
    .option('--admin-key <key>', 'the admin key; without it GATEWAY_ADMIN_KEY is taken')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  gateway status')
    .action(status);
}

async function status(flags: StatusFlags): Promise<void> {
  const dir = runDirAt(flags.runDir ?? defaultRunDir(process.env, process.getuid?.()));
  const state = await runningLauncher(new LauncherClient(dir.socket));
  const loads = await loadsOf(flags);
  if (flags.json !== true) return say(statusTable(state, loads, Date.now()));
  const replicas = state.replicas.map((replica) => ({
    ...replica,
    // Keys and tokens stand in environments.
    plan: { ...replica.plan, environment: Object.keys(replica.plan.environment) },
    load: loads.get(replica.plan.id) ?? null,
  }));
  say(JSON.stringify({ ...state, replicas }, null, 2));
}

/** Without a gateway the table has no load, and says why. */
async function loadsOf({
  adminUrl,
  adminKey = process.env['GATEWAY_ADMIN_KEY'],
}: StatusFlags): Promise<ReadonlyMap<string, AdminReplica>> {
  try {
    const replicas = await adminReplicas({ url: adminUrl, key: adminKey });
    return new Map(replicas.map((replica) => [replica.id, replica]));
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return new Map();
  }
}
