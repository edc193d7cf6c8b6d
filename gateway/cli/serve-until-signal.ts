import type { Config } from '../config.ts';
import type { RunningGateway } from '../house.ts';
import { startGateway } from '../house.ts';
import { durationText } from '../replay/report/quantity-text.ts';
import { say, tell } from './output.ts';
import { explainPortError } from './port-error.ts';
import { runUntilSignal } from './run-until-signal.ts';
import { LaunchedEngines } from './launched-engines.ts';

/** How a gateway says that it listens, and what becomes of its engines when it ends. */
export interface ServeManner {
  /** Whether it says so in one line of JSON. */
  readonly json: boolean;
  /** Whether the engines that it had started go on without it. */
  readonly keepsEngines: boolean;
  /** Gives the settings anew, for SIGHUP. */
  readonly reread: () => Promise<Config>;
}

/** Starts the gateway and the engines of its configuration, and serves until SIGTERM or SIGINT. */
export async function serveUntilSignal(
  config: Config,
  { json, keepsEngines, reread }: ServeManner,
): Promise<void> {
  const engines = LaunchedEngines.of(config);
  const starting = startGateway(config, reread, engines?.launch);
  let close = async (): Promise<void> => Promise.resolve();
  let isLeaving = false;
  // In the same breath: a signal while it starts ends what has been started by then.
  runUntilSignal({
    async stop(signal) {
      isLeaving = true;
      // A start that fails tells why itself.
      const started = await starting.catch(() => undefined);
      // Who presses Ctrl-C has no balancer in front that would have to notice first.
      const settles = signal === 'SIGTERM';
      await started?.drain(json ? { settles } : { settles, waits: tellWait });
      if (keepsEngines) engines?.leave();
      else await engines?.end();
    },
    async kill() {
      if (!keepsEngines) await engines?.dismiss();
      await close();
    },
  });
  const gateway = await starting.catch(async (error: unknown) => {
    if (!keepsEngines) await engines?.launch.undo();
    throw explainPortError(error, '--host, --port, --admin-host or --admin-port');
  });
  close = () => gateway.close();
  if (isLeaving) return;
  // What comes of it stands in the log.
  process.on('SIGHUP', () => void gateway.reload());
  engines?.follow((sentence) => void giveUp(sentence, gateway, engines));
  if (json) {
    const { url, adminUrl } = gateway;
    say(JSON.stringify({ event: 'listening', url, adminUrl }));
  } else announce(gateway, config);
}

/** Engines of which none comes up at its first start are a mistake of whoever wrote their command. */
async function giveUp(
  sentence: string,
  gateway: RunningGateway,
  engines: LaunchedEngines,
): Promise<void> {
  await Promise.allSettled([gateway.close(), engines.end()]);
  for (const line of sentence.split('\n')) tell(`gateway: ${line}`);
  process.exit(1);
}

function tellWait(atMostMs: number): void {
  const most = durationText(atMostMs);
  tell(`Ending: requests have up to ${most} to finish; Ctrl-C again ends them now.`);
}

function announce({ url, adminUrl }: RunningGateway, config: Config): void {
  const ids = [...config.replicas, ...config.launch.replicas].map(({ id }) => id);
  tell(`Serving at ${url}/v1, routing ${config.routing.policy} over ${ids.join(', ')}`);
  tell(
    `Live page: ${adminUrl}/admin/ui   Metrics: ${adminUrl}/metrics   State: ${adminUrl}/admin/state`,
  );
}
