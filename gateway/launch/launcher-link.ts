import type { LauncherClient, LauncherState, WantedReplicas } from '../../deploy/launcher.ts';
import { LauncherError } from '../../deploy/launcher.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import { repeat } from '../discovery/repeat.ts';

/** What a launcher is followed with. */
export interface LauncherLinkParts {
  readonly client: Pick<LauncherClient, 'state' | 'apply'>;
  readonly wanted: WantedReplicas;
  readonly clock: Clock;
  /** Brings up another launcher in place of one that is gone; false where that one was told to end. */
  readonly revive: () => Promise<boolean>;
  /** Takes a line for people. */
  readonly tell: (line: string) => void;
}

/** Between two looks at the launcher. */
const LOOK_MS = 500;
const LOOK_MS_MAX = 10_000;

/** A gateway's view of its launcher: follows what becomes of the replicas, and has a killed launcher replaced. */
export class LauncherLink {
  readonly #parts: LauncherLinkParts;
  readonly #listeners: Set<(state: LauncherState) => void> = new Set();
  #stop: CancelTimer | undefined;
  /** Since it answered last. */
  readonly #told: Set<string> = new Set();
  /** Of the launcher that has what is wanted: another one has nothing, whoever started it. */
  #run: string | undefined;

  constructor(parts: LauncherLinkParts) {
    this.#parts = parts;
  }

  /** Tells the launcher's state at every look, until the result is called. */
  watch(listener: (state: LauncherState) => void): () => void {
    this.#listeners.add(listener);
    const options = { clock: this.#parts.clock, delayMs: 0, intervalMs: LOOK_MS };
    this.#stop ??= repeat({ ...options, timeLimitMs: LOOK_MS_MAX }, () => this.#look());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  /** Has the launcher run what is wanted. */
  async apply(): Promise<LauncherState> {
    const { client, wanted } = this.#parts;
    const state = await client.apply(wanted);
    this.#run = state.run;
    return state;
  }

  async #look(): Promise<void> {
    try {
      const state = await this.#parts.client.state();
      // One that ends takes nothing; the next has another run.
      const hasAll = state.run === this.#run || state.stopping;
      this.#tellAll(hasAll ? state : await this.apply());
    } catch (error) {
      this.#tellOnce(error instanceof Error ? error.message : String(error));
      if (error instanceof LauncherError && error.isAbsent) await this.#replace();
    }
  }

  async #replace(): Promise<void> {
    try {
      if (await this.#parts.revive()) this.#tellAll(await this.apply());
      else
        this.#tellOnce(
          'the launcher was told to end, as gateway down does, and its replicas are gone: end this ' +
            'gateway and start it again to have them back',
        );
    } catch (error) {
      // Tried again at the next look.
      this.#tellOnce(error instanceof Error ? error.message : String(error));
    }
  }

  #tellAll(state: LauncherState): void {
    this.#told.clear();
    for (const listener of this.#listeners) listener(state);
  }

  /** It is looked for again and again. */
  #tellOnce(line: string): void {
    if (!this.#told.has(line)) this.#parts.tell(line);
    this.#told.add(line);
  }
}
