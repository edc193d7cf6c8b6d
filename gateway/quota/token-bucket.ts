import type { Standing } from './quota-store.ts';

const MINUTE_MS = 60_000;

/** Holds one minute's allowance, begins full and fills evenly. What nobody foresaw may overdraw it. */
export class TokenBucket {
  /** What flows in in a minute, and the most that it holds. */
  readonly perMinute: number;
  // Both in 60,000ths: what flows in in a millisecond is a whole number, and a full bucket is exactly full.
  readonly #full: number;
  #level: number;
  #atMs = 0;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
    this.#full = perMinute * MINUTE_MS;
    this.#level = this.#full;
  }

  /** Whole milliseconds until it holds `amount`, 0 where it does; `Infinity` for more than it ever holds. */
  waitMs(amount: number, nowMs: number): number {
    if (amount > this.perMinute) return Infinity;
    const missing = amount * MINUTE_MS - this.#levelAt(nowMs);
    return missing <= 0 ? 0 : Math.ceil(missing / this.perMinute);
  }

  /** Takes `amount` out, whether it is there or not; a negative one is put back, as far as there is room. */
  draw(amount: number, nowMs: number): void {
    this.#level = this.#levelAt(nowMs) - amount * MINUTE_MS;
    this.#atMs = nowMs;
  }

  standing(nowMs: number): Standing {
    const gone = this.#full - this.#levelAt(nowMs);
    const used = Math.ceil(gone / MINUTE_MS);
    return {
      limit: this.perMinute,
      used,
      remaining: Math.max(this.perMinute - used, 0),
      resetMs: Math.ceil(gone / this.perMinute),
    };
  }

  #levelAt(nowMs: number): number {
    return Math.min(this.#level + (nowMs - this.#atMs) * this.perMinute, this.#full);
  }
}
