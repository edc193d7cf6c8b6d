import { randomUUID } from 'node:crypto';

import { openControlServer } from './launch/control-server.ts';
import { endMembers } from './launch/end-members.ts';
import type { LaunchClock } from './launch/launch-clock.ts';
import type { LauncherState } from './launch/launcher-state.ts';
import { PROTOCOL } from './launch/launcher-state.ts';
import { OutputLog } from './launch/output-log.ts';
import type { Membership } from './launch/process-table.ts';
import { readProcesses } from './launch/process-table.ts';
import { isReady } from './launch/readiness.ts';
import { Roster, RosterError } from './launch/roster.ts';
import type { RunDir } from './launch/run-dir.ts';
import { lockRunDir, prepareRunDir } from './launch/run-dir.ts';
import { MARK_NAME, startReplica } from './launch/start-replica.ts';
import { readTrace, writeTrace } from './launch/state-file.ts';
import { ReplicaSupervisor } from './launch/supervisor.ts';
import { WardenLink } from './launch/warden-link.ts';

export { LauncherClient, LauncherError } from './launch/control-client.ts';
export { parseCpuList } from './launch/cpu-set.ts';
export { PROTOCOL } from './launch/launcher-state.ts';
export type { LaunchedReplica, LauncherState, WantedReplicas } from './launch/launcher-state.ts';
export { isSameOwner, thisProcess } from './launch/owner.ts';
export { choosePinning } from './launch/pinning.ts';
export type { RunDir } from './launch/run-dir.ts';
export { prepareRunDir, runDirAt } from './launch/run-dir.ts';
export { readTrace } from './launch/state-file.ts';

/** What a launcher is started with. */
export interface LauncherOptions {
  readonly dir: RunDir;
  readonly version: string;
  /** What its engines find in theirs. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: LaunchClock;
}

/** A launcher that is up. */
export interface RunningLauncher {
  /** Resolves when it has nothing more to do and nothing of its engines is left. */
  readonly ended: Promise<void>;
  /** Ends its engines, which finish what they have, and then itself. */
  stop(): void;
}

/** Between two looks at the processes of the engines. */
const LOOK_MS = 2_000;

/** A launcher that nobody gives replicas ends by itself. */
const IDLE_MS_MAX = 60_000;

/**
 * Starts to launch engines for whoever asks at the socket of a directory. Ends what an earlier launcher, killed
 * by force, has left there. Rejects where another one has the directory, or where it is not ours alone.
 */
export async function startLauncher(options: LauncherOptions): Promise<RunningLauncher> {
  const { dir } = options;
  prepareRunDir(dir);
  const lock = await lockRunDir(dir);
  await endLeftovers(dir);
  const launcher = new Launcher(options, lock);
  await launcher.open();
  return launcher;
}

/** Its warden has ended them already, unless that was killed with it. */
async function endLeftovers(dir: RunDir): Promise<void> {
  const before = readTrace(dir.stateFile);
  if (before !== undefined) await endMembers(runMembers(before.run));
}

function runMembers(run: string): Membership {
  return { mark: `${MARK_NAME}=${run}/`, roots: [], known: [] };
}

class Launcher implements RunningLauncher {
  readonly ended: Promise<void>;
  readonly #options: LauncherOptions;
  readonly #run: string = randomUUID();
  readonly #startedAtMs: number;
  readonly #lock: Disposable;
  readonly #log: OutputLog;
  readonly #warden: WardenLink;
  readonly #roster: Roster;
  #end: () => void = () => undefined;
  #server: Awaited<ReturnType<typeof openControlServer>> | undefined;
  #isStopping = false;
  #idleSinceMs: number;

  constructor(options: LauncherOptions, lock: Disposable) {
    this.#options = options;
    this.#lock = lock;
    this.#log = new OutputLog(options.dir.launcherLog);
    this.#warden = new WardenLink(runMembers(this.#run));
    this.#startedAtMs = options.clock.wallMs();
    this.#idleSinceMs = options.clock.nowMs();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#roster = new Roster((plan, limits) => {
      const { dir, clock, environment } = this.#options;
      return new ReplicaSupervisor(plan, {
        clock,
        limits,
        log: new OutputLog(dir.logFileOf(plan.id)),
        start: (one, log) => startReplica(one, log, { run: this.#run, environment }),
        isReady,
        processes: readProcesses,
        changed: () => this.#tellWarden(),
      });
    });
  }

  async open(): Promise<void> {
    const { dir } = this.#options;
    await this.#warden.start();
    this.#writeTrace(false);
    this.#server = await openControlServer(dir.socket, {
      state: () => this.#state(),
      apply: (wanted) => this.#open().apply(wanted),
      restart: (id) => this.#open().restart(id),
      stop: () => this.stop(),
    });
    this.#log.note(`process ${process.pid}, run ${this.#run}`);
    this.#lookLater();
  }

  #open(): Roster {
    if (this.#isStopping) throw new RosterError('it is ending: try again when it has');
    return this.#roster;
  }

  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    void this.#wind();
  }

  async #wind(): Promise<void> {
    this.#log.note('stopping');
    await this.#roster.stopAll();
    await this.#warden.close();
    await endMembers(runMembers(this.#run));
    this.#writeTrace(true);
    this.#server?.close();
    this.#lock[Symbol.dispose]();
    this.#log.note('ended');
    this.#end();
  }

  #state(): LauncherState {
    return {
      protocol: PROTOCOL,
      version: this.#options.version,
      pid: process.pid,
      run: this.#run,
      startedAtMs: this.#startedAtMs,
      stopping: this.#isStopping,
      owners: this.#roster.owners,
      replicas: this.#roster.statuses(),
    };
  }

  #writeTrace(ended: boolean): void {
    writeTrace(this.#options.dir.stateFile, { pid: process.pid, run: this.#run, ended });
  }

  #lookLater(): void {
    this.#options.clock.after(LOOK_MS, () => {
      if (this.#isStopping) return;
      this.#look();
      const nowMs = this.#options.clock.nowMs();
      if (this.#roster.size > 0) this.#idleSinceMs = nowMs;
      if (nowMs - this.#idleSinceMs >= IDLE_MS_MAX) this.stop();
      else this.#lookLater();
    });
  }

  /** A look that fails is made again; engines must not end for it. */
  #look(): void {
    try {
      this.#roster.look();
      this.#tellWarden();
    } catch (error) {
      this.#log.note(`the engines could not be looked at: ${String(error)}`);
    }
  }

  #tellWarden(): void {
    const all = this.#roster.memberships();
    this.#warden.watch({
      mark: runMembers(this.#run).mark,
      roots: all.flatMap(({ roots }) => roots),
      known: all.flatMap(({ known }) => known),
    });
  }
}
