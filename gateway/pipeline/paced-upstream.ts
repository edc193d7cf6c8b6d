import type { CancelTimer, Clock } from '../clock.ts';
import type { HttpExchange } from '../wire/http-client.ts';

/** What bounds how long an engine is paused. */
export interface PaceParts {
  readonly clock: Clock;
  /** Longest pause; `undefined` for none. */
  readonly unreadMs: number | undefined;
  /** Told once where the client has not caught up by then. */
  readonly gaveUp: () => void;
}

/** An engine's answer that is paused while the client reads slowly, and for no longer than is right: it holds a place. */
export class PacedUpstream implements HttpExchange {
  readonly #upstream: HttpExchange;
  readonly #parts: PaceParts;
  #cancelLimit: CancelTimer | undefined;
  #isPaused = false;

  constructor(upstream: HttpExchange, parts: PaceParts) {
    this.#upstream = upstream;
    this.#parts = parts;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#upstream.pause();
    if (this.#isPaused) return;
    this.#isPaused = true;
    const { clock, unreadMs, gaveUp } = this.#parts;
    if (unreadMs !== undefined) this.#cancelLimit = clock.after(unreadMs, gaveUp);
  }

  resume(): void {
    this.stopWatching();
    this.#isPaused = false;
    this.#upstream.resume();
  }

  abort(): void {
    this.stopWatching();
    this.#upstream.abort();
  }

  /** Ends the limit: nobody waits any more. */
  stopWatching(): void {
    this.#cancelLimit?.();
    this.#cancelLimit = undefined;
  }
}
