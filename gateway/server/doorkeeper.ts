import { GatewayError } from '../generation/error.ts';

/** A client that is turned away at a shutdown finds the next gateway up by then, behind a supervisor. */
const SHUTDOWN_RETRY_AFTER_MS = 5_000;

/** Counts who is inside and lets nobody in once the house drains. */
export class Doorkeeper {
  #inside = 0;
  #isClosed = false;
  #whenEmpty: (() => void) | undefined;

  /** Requests that have come and not yet ended. */
  get inside(): number {
    return this.#inside;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Counts one in; the result counts it out again, once. */
  enter(): () => void {
    this.#inside += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#inside -= 1;
      if (this.#inside === 0) this.#whenEmpty?.();
    };
  }

  /** Throws `shutting_down` once the door is closed. */
  check(): void {
    if (!this.#isClosed) return;
    throw new GatewayError('shutting_down', 'The gateway is shutting down.', {
      retryAfterMs: SHUTDOWN_RETRY_AFTER_MS,
    });
  }

  /** Lets nobody else in; resolves when the last one is out. */
  close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inside === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }
}
