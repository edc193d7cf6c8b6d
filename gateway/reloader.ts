import type { Config } from './config/settings.ts';
import type { ReloadPlan } from './config/reload-plan.ts';

/** What came of a reload. Both are expected outcomes. */
export type ReloadReport =
  | {
      readonly kind: 'taken';
      /** Names of the settings that changed. */
      readonly changed: readonly string[];
      /** Names of the settings that differ and stay as they are until the gateway is started anew. */
      readonly needRestart: readonly string[];
    }
  /** Nothing has changed; each problem is a line for people. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** What settings are read again with. */
export interface ReloaderParts {
  /** Reads the settings from where they came. Rejects where they cannot be used, with a line for each problem. */
  readonly reread: () => Promise<Config>;
  /** Puts settings in place, all of them or, where it throws, none. */
  readonly apply: (given: Config) => ReloadPlan;
  readonly told: (report: ReloadReport) => void;
}

/** Puts other settings in place while the house is open, one reload at a time. */
export class Reloader {
  readonly #parts: ReloaderParts;
  #running: Promise<ReloadReport> | undefined;
  #next: Promise<ReloadReport> | undefined;

  constructor(parts: ReloaderParts) {
    this.#parts = parts;
  }

  /** Reads the settings again and puts them in place. Never rejects; who asks while one runs is told of the one behind it. */
  reload(): Promise<ReloadReport> {
    if (this.#running === undefined) return this.#run();
    // The file may have changed since the one that runs has read it.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#run();
    });
    return this.#next;
  }

  #run(): Promise<ReloadReport> {
    this.#running = this.#attempt().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #attempt(): Promise<ReloadReport> {
    const report = await this.#outcome();
    this.#parts.told(report);
    return report;
  }

  async #outcome(): Promise<ReloadReport> {
    try {
      const { changed, needRestart } = this.#parts.apply(await this.#parts.reread());
      return { kind: 'taken', changed, needRestart };
    } catch (error) {
      // Whatever it is, the settings that are in place go on.
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'refused', problems: message.split('\n') };
    }
  }
}
