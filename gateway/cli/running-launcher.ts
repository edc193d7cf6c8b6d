import { LauncherError } from '../../deploy/launcher.ts';
import type { LauncherClient, LauncherState } from '../../deploy/launcher.ts';

/** The state of the launcher that `client` asks. Rejects with what to do next where there is none. */
export async function runningLauncher(
  client: Pick<LauncherClient, 'state'>,
): Promise<LauncherState> {
  try {
    return await client.state();
  } catch (cause) {
    if (!(cause instanceof LauncherError) || !cause.isAbsent) throw cause;
    throw new Error(
      `${cause.message}: gateway up and launch have started no engines here. --run-dir names ` +
        'another folder; gateway top shows replicas that run by themselves.',
      { cause },
    );
  }
}
