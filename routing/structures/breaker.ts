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
  #failures = 0;
  /** One bit an outcome, the last one lowest; 1 is a failure. */
  #outcomes = 0;
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
    this.#failures += 1;
    this.#note(1);
    if (this.#state === 'half-open') return true;
    return this.#failures >= this.#limits.failuresMax || this.#failsOften();
  }

  /** Takes in a good answer of an attempt that began at `sentMs`. True when it closes the breaker. */
  succeeded(sentMs: number, nowMs: number): boolean {
    if (!this.#counts(sentMs)) return false;
    this.#failures = 0;
    this.#note(0);
    if (this.#state === 'closed') return false;
    this.close(nowMs);
    return true;
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
    this.#failures = 0;
    this.#outcomes = 0;
  }

  /** While it is not closed, only what began since it is half open tells anything. */
  #counts(sentMs: number): boolean {
    if (this.#state === 'open') return false;
    return this.#state === 'closed' || sentMs >= this.#halfOpenAtMs;
  }

  #note(failure: 0 | 1): void {
    this.#outcomes = ((this.#outcomes << 1) | failure) & ((1 << OUTCOMES) - 1);
  }

  #failsOften(): boolean {
    let failures = 0;
    for (let bits = this.#outcomes; bits !== 0; bits &= bits - 1) failures += 1;
    return failures >= Math.max(FAILURES_OF_OUTCOMES, this.#limits.failuresMax);
  }
}
