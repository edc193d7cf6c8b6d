import type { LauncherState, RunDir, WantedReplicas } from '../../deploy/launcher.ts';
import {
  isSameOwner,
  LauncherClient,
  PROTOCOL,
  readTrace,
  thisProcess,
} from '../../deploy/launcher.ts';
import type { Clock } from '../clock.ts';
import type { LaunchSettings } from '../config/settings.ts';
import type { ReplicaTarget } from '../discovery/sources/source.ts';
import type { LaunchedFleet } from '../house.ts';
import { findLauncher, untilEnded } from './launcher-process.ts';
import { LauncherLink } from './launcher-link.ts';
import { plannedReplica, targetOf } from './planned-replicas.ts';

/** What engines are launched with. */
export interface EngineLaunchParts {
  readonly dir: RunDir;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

/** The engines of a configuration, run by the launcher of a directory from `begin` on. */
export class EngineLaunch implements LaunchedFleet {
  readonly launcher: LauncherLink;
  readonly #parts: EngineLaunchParts;
  readonly #client: LauncherClient;
  readonly #wanted: WantedReplicas;
  /** What the launcher was before it was told anything; `undefined` until it is found. */
  #found: LauncherState | undefined;

  constructor(settings: LaunchSettings, parts: EngineLaunchParts) {
    const { readyMsMax, stopMsMax } = settings;
    const replicas = settings.replicas.map(plannedReplica);
    const limits = { readyMsMax, stopMsMax };
    this.#parts = parts;
    this.#client = new LauncherClient(parts.dir.socket);
    this.#wanted = { protocol: PROTOCOL, owner: thisProcess(), replicas, limits };
    this.launcher = new LauncherLink({
      client: this.#client,
      wanted: this.#wanted,
      clock: parts.clock,
      revive: () => this.#revive(),
      tell: parts.tell,
    });
  }

  /** Replicas that an earlier gateway had started and that go on. */
  get adopted(): ReadonlySet<string> {
    return new Set(this.#found?.replicas.map(({ plan }) => plan.id));
  }

  /** One that runs by an older plan is where that says, not where the configuration does. */
  targetsOf({ replicas }: LauncherState): readonly ReplicaTarget[] {
    const wanted = new Set(this.#wanted.replicas.map(({ id }) => id));
    return replicas.filter(({ plan }) => wanted.has(plan.id)).map(({ plan }) => targetOf(plan));
  }

  /**
   * Finds the launcher or starts it, and has it run what the configuration wants. Rejects, and ends nothing, where
   * the launcher refuses that.
   */
  async begin(): Promise<void> {
    const { dir, clock } = this.#parts;
    this.#found = (await findLauncher(dir, clock)).state;
    await this.launcher.apply();
  }

  /** Has the launcher run what it ran before `begin`, and ends it where that was nothing. */
  async undo(): Promise<void> {
    const before = this.#found?.replicas.map(({ plan }) => plan) ?? [];
    if (before.length === 0) await this.end();
    else if (await this.#isOurs()) await this.#client.apply({ ...this.#wanted, replicas: before });
  }

  /**
   * Has the engines end, and their launcher after them, and waits for neither; whether it did so. Engines that
   * another gateway wants too go on.
   */
  async dismiss(): Promise<boolean> {
    if (!(await this.#isOurs())) return false;
    // A launcher that is gone has taken its engines with it.
    await this.#client.stop().catch(() => undefined);
    return true;
  }

  /** The same, and resolves when nothing of them is left. */
  async end(): Promise<boolean> {
    if (this.#found === undefined) return true;
    const isDone = await this.dismiss();
    if (isDone) await untilEnded(this.#client, this.#parts.clock);
    return isDone;
  }

  /** Whether nobody else wants anything of the launcher that was found. */
  async #isOurs(): Promise<boolean> {
    if (this.#found === undefined) return false;
    const { owners } = await this.#client.state().catch(() => ({ owners: [] }));
    return owners.every((owner) => isSameOwner(owner, this.#wanted.owner));
  }

  async #revive(): Promise<boolean> {
    const { dir, clock } = this.#parts;
    if (readTrace(dir.stateFile)?.ended === true) return false;
    await findLauncher(dir, clock);
    return true;
  }
}
