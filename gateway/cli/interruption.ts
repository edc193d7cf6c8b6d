/** Ctrl-C, a request to end, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What shells report of a process that SIGINT ended. */
export const EXIT_INTERRUPTED = 130;

/** Turns the first signal to end into an abort; a second one ends the process at once. */
export class Interruption implements Disposable {
  readonly #controller: AbortController = new AbortController();

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the signals back. */
  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.removeListener(name, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    if (this.#controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    this.#controller.abort();
  };
}
