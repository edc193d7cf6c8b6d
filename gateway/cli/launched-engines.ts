import { runDirAt } from '../../deploy/launcher.ts';
import type { LaunchedReplica, LauncherState } from '../../deploy/launcher.ts';
import type { Config } from '../config.ts';
import { EngineLaunch } from '../launch/engine-launch.ts';
import { LaunchNews } from '../launch/launch-news.ts';
import { defaultRunDir } from './default-run-dir.ts';
import { tell } from './output.ts';
import { waitingClock } from './waiting-clock.ts';

/** The engines that are started for a gateway. */
export class LaunchedEngines {
  /** What the house is built with. */
  readonly launch: EngineLaunch;
  #unfollow: () => void = () => undefined;

  private constructor(launch: EngineLaunch) {
    this.launch = launch;
  }

  /** Those of the configuration, which nobody has started yet; `undefined` where it launches none. */
  static of({ launch }: Config): LaunchedEngines | undefined {
    if (launch.replicas.length === 0) return undefined;
    const dir = runDirAt(launch.runDir ?? defaultRunDir(process.env, process.getuid?.()));
    return new LaunchedEngines(new EngineLaunch(launch, { dir, clock: waitingClock, tell }));
  }

  /** Tells what becomes of them; `failed` is called where all of them fail before one was ever ready. */
  follow(failed: (sentence: string) => void): void {
    const { launcher, adopted } = this.launch;
    const news = new LaunchNews(adopted);
    this.#unfollow = launcher.watch((state: LauncherState) => {
      for (const line of news.linesOf(state, Date.now())) tell(line);
      const lost = news.lostAtFirst(state);
      if (lost === undefined) return;
      this.#unfollow();
      failed(whyLost(lost));
    });
  }

  /** Lets them go on without this process. */
  leave(): void {
    this.#unfollow();
    tell('Its engines run on; gateway down ends them.');
  }

  /** Has them end, and their launcher after them, and waits for neither. */
  async dismiss(): Promise<void> {
    this.#unfollow();
    await this.launch.dismiss();
  }

  /** Has them end, and resolves when nothing of them is left. */
  async end(): Promise<void> {
    this.#unfollow();
    if (!(await this.launch.end())) tell('Its engines run on: another gateway has them too.');
  }
}

function whyLost({ plan, failure, logFile }: LaunchedReplica): string {
  const lines = failure?.tail.map((line) => `  | ${line}\n`) ?? [];
  return `${lines.join('')}${plan.id} did not come up: ${failure?.sentence}; its log: ${logFile}`;
}
