import { GatewayError } from '../generation/error.ts';

/** A client that is turned away at a shutdown finds the next gateway up by then, behind a supervisor. */
const SHUTDOWN_RETRY_AFTER_MS = 5_000;

/** Somebody inside has to finish first; seconds are what that takes. */
const FULL_RETRY_AFTER_MS = 1_000;

/** Somebody inside, who can be told to leave. */
export interface Guest {
  turnOut(error: GatewayError): void;
}

/** Counts who is inside, and lets nobody in above a bound or once the house drains. */
export class Doorkeeper {
  readonly #isBehind: () => boolean;
  #insideMax: number;
  readonly #guests: Set<Guest> = new Set();
  #isLeaving = false;
  #isClosed = false;
  #whenEmpty: (() => void) | undefined;

  /** `isBehind` tells that the house does not get done what it has let in. */
  constructor(insideMax: number, isBehind: () => boolean = () => false) {
    this.#insideMax = insideMax;
    this.#isBehind = isBehind;
  }

  /** The house does not get done what it has let in: whoever comes would hold up the streams that are open. */
  get isBehind(): boolean {
    return this.#isBehind();
  }

  /** Requests that have come and not yet ended. */
  get inside(): number {
    return this.#guests.size;
  }

  /** It has been told that nobody should be sent here any more; from then on or later, nobody is let in. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Lets everybody see that the house is going to close. Who comes all the same is still let in. */
  announce(): void {
    this.#isLeaving = true;
  }

  /** Sets how many may be inside from now on; nobody who is has to leave. */
  limit(insideMax: number): void {
    this.#insideMax = insideMax;
  }

  /** Counts one in; the result counts it out again, once. */
  enter(guest: Guest): () => void {
    this.#guests.add(guest);
    return () => {
      if (this.#guests.delete(guest) && this.#guests.size === 0) this.#whenEmpty?.();
    };
  }

  /** For one who has been counted in: throws `shutting_down` once the door is closed, `saturated` above the bound or while the house is behind. */
  check(): void {
    if (this.#isBehind()) {
      throw new GatewayError('saturated', 'The gateway is late with the streams that it has.', {
        reason: 'event-loop-late',
        retryAfterMs: FULL_RETRY_AFTER_MS,
      });
    }
    if (this.#guests.size > this.#insideMax) {
      throw new GatewayError('saturated', `More than ${this.#insideMax} requests are inside.`, {
        reason: 'too-many-open',
        retryAfterMs: FULL_RETRY_AFTER_MS,
      });
    }
    if (this.#isClosed) throw shuttingDown();
  }

  /** Lets nobody else in; resolves when the last one is out. */
  close(): Promise<void> {
    this.#isLeaving = true;
    this.#isClosed = true;
    if (this.#guests.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  /** Lets nobody else in and ends what is still open, as `shutting_down`; resolves when the last one is out. */
  turnOut(): Promise<void> {
    const empty = this.close();
    for (const guest of this.#guests) guest.turnOut(shuttingDown());
    return empty;
  }
}

function shuttingDown(): GatewayError {
  return new GatewayError('shutting_down', 'The gateway is shutting down.', {
    retryAfterMs: SHUTDOWN_RETRY_AFTER_MS,
  });
}
