import { Command } from 'commander';

import { LauncherClient, LauncherError, runDirAt } from '../../deploy/launcher.ts';
import { untilEnded } from '../launch/launcher-process.ts';
import { defaultRunDir } from './default-run-dir.ts';
import { tell } from './output.ts';
import { waitingClock } from './waiting-clock.ts';

/** `gateway down`: ends the engines that were started, and their launcher. */
export function downCommand(): Command {
  return new Command('down')
    .description(
      'End the engines that were started, which finish what they have, and their launcher.',
    )
    .option('--run-dir <folder>', 'where the launcher and its gateways meet')
    .addHelpText('after', '\nExample:\n  gateway down')
    .action(down);
}

async function down(flags: { readonly runDir?: string }): Promise<void> {
  const dir = runDirAt(flags.runDir ?? defaultRunDir(process.env, process.getuid?.()));
  const client = new LauncherClient(dir.socket);
  try {
    const { replicas } = await client.stop();
    tell(
      `Ending ${replicas.map(({ plan }) => plan.id).join(', ') || 'a launcher without engines'}.`,
    );
    await untilEnded(client, waitingClock);
    tell('Nothing is left running.');
  } catch (error) {
    if (!(error instanceof LauncherError) || !error.isAbsent) throw error;
    tell(`Nothing runs here: no launcher listens in ${dir.path}.`);
  }
}
