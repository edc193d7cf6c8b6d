import { Command } from 'commander';

import { runDirAt, startLauncher } from '../../deploy/launcher.ts';
import { version } from '../version.ts';
import { tell } from './output.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { waitingClock } from './waiting-clock.ts';

/** `gateway launcher`: starts engines for whoever asks at its socket. `serve` and `up` start it by themselves. */
export function launcherCommand(): Command {
  return new Command('launcher')
    .description('Start and watch engines for a gateway; `serve` and `up` start it by themselves.')
    .requiredOption('--run-dir <folder>', 'where gateways ask, and where logs are')
    .addHelpText('after', '\nExample:\n  gateway launcher --run-dir /run/numagate')
    .action(launch);
}

async function launch({ runDir }: { readonly runDir: string }): Promise<void> {
  // Every engine ends with this process: a bug in the care of one must not end the others.
  process.on('unhandledRejection', (reason) => tell(`gateway: a bug, and on: ${stackOf(reason)}`));
  const launcher = await startLauncher({
    dir: runDirAt(runDir),
    version,
    environment: forEngines(process.env),
    clock: { ...waitingClock, wallMs: Date.now },
  });
  const stop = async (): Promise<void> => {
    launcher.stop();
    await launcher.ended;
  };
  // A second signal changes nothing: whoever wants it gone at once kills it, and its engines end with it.
  runUntilSignal({ stop, kill: stop });
  await launcher.ended;
}

/** Without what is the gateway's own, such as its admin key: an engine runs code that came with a model. */
function forEngines(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('GATEWAY_')),
  );
}

function stackOf(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
