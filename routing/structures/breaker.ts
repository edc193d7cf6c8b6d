/** `closed` lets everything pass, `open` nothing, `half-open` one attempt that decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** When a breaker opens, and for how long. */
export interface BreakerLimits {
  /** Failures in a row that open it, 1 or more. */
  readonly failuresMax: number;
  /** Longest time that it stays open, in milliseconds. */
  readonly openMsMax: number;
}

/** First time that it stays open: an engine that stumbled once is missed for no longer. */
export const OPEN_MS_FIRST = 1_000;

/** Outcomes that are remembered, so that one who fails every other request is found too. */
const OUTCOMES = 20;

/** Failures among them that open it, unless more in a row are needed for that. */
const FAILURES_OF_OUTCOMES = OUTCOMES / 2;

/** Closed for so many times as long as it was open, its next opening is a first one again. */
const CALM_FACTOR = 10;

/**
 * Whether a replica's answers are good enough for more requests. One event that fails many attempts at once is one
 * failure: attempts that began before the last one that counted tell of the same.
 */
export class Breaker {
  readonly #limits: BreakerLimits;
  #state: BreakerState = 'closed';
  /** The latest outcomes, the last one last: of a failure when its attempt began, of a good answer nothing. */
  #outcomes: (number | undefined)[] = [];
  #markedAtMs = -Infinity;
  #halfOpenAtMs = -Infinity;
  #closedAtMs = -Infinity;
  #openMs = 0;

  constructor(limits: BreakerLimits) {
    this.#limits = limits;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Takes in a failure of an attempt that began at `sentMs`. True when it is time to `open`. */
  failed(sentMs: number, nowMs: number): boolean {
    if (!this.#counts(sentMs) || sentMs < this.#markedAtMs) return false;
    this.#markedAtMs = nowMs;
    this.#note(sentMs);
    return this.#state === 'half-open' || this.#failsInARow() || this.#failsOften();
  }

  /** Takes in a good answer of an attempt that began at `sentMs`. True when it closes the breaker. */
  succeeded(sentMs: number, nowMs: number): boolean {
    if (!this.#counts(sentMs)) return false;
    this.#note(undefined);
    if (this.#state === 'closed') return false;
    this.close(nowMs);
    return true;
  }

  /** Takes the failure of the attempt that began at `sentMs` back; one that has opened it stays. */
  excused(sentMs: number): void {
    if (this.#state !== 'closed') return;
    const at = this.#outcomes.lastIndexOf(sentMs);
    if (at !== -1) this.#outcomes.splice(at, 1);
  }

  /** Opens, and tells for how many milliseconds: twice as long as the last time, unless that is long ago. */
  open(nowMs: number): number {
    const calmMs = this.#state === 'closed' ? nowMs - this.#closedAtMs : 0;
    const isFirst = this.#openMs === 0 || calmMs > CALM_FACTOR * this.#openMs;
    const openMs = isFirst ? OPEN_MS_FIRST : 2 * this.#openMs;
    this.#openMs = Math.min(openMs, this.#limits.openMsMax);
    this.#state = 'open';
    return this.#openMs;
  }

  /** Its time is over: the next attempt decides. */
  halfOpen(nowMs: number): void {
    this.#state = 'half-open';
    this.#halfOpenAtMs = nowMs;
  }

  /** Closes, and forgets all but how long it was open. */
  close(nowMs: number): void {
    this.#state = 'closed';
    this.#closedAtMs = nowMs;
    this.#outcomes = [];
  }

  /** While it is not closed, only what began since it is half open tells anything. */
  #counts(sentMs: number): boolean {
    if (this.#state === 'open') return false;
    return this.#state === 'closed' || sentMs >= this.#halfOpenAtMs;
  }

  #note(outcome: number | undefined): void {
    this.#outcomes.push(outcome);
    if (this.#outcomes.length > Math.max(OUTCOMES, this.#limits.failuresMax))
      this.#outcomes.shift();
  }

  #failsInARow(): boolean {
    const good = this.#outcomes.lastIndexOf(undefined);
    return this.#outcomes.length - 1 - good >= this.#limits.failuresMax;
  }

  #failsOften(): boolean {
    const failures = this.#outcomes.slice(-OUTCOMES).filter((one) => one !== undefined).length;
    return failures >= Math.max(FAILURES_OF_OUTCOMES, this.#limits.failuresMax);
  }
}
