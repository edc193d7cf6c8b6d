/** Length of a window. Who came in this one or in the one before is waited for: for one to two minutes. */
export const KEPT_MS = 60_000;

/** Room is kept for so many of each priority: another may come before anyone ends. */
const KEPT_REQUESTS = 2;

/** The largest of one priority, in this window and in the one before. */
interface Largest {
  /** Counted from 0 on the clock, so that whoever asks first moves no border. */
  window: number;
  tokens: number;
  tokensBefore: number;
}

/**
 * How much room lower priorities leave free for higher ones, so that who comes with a high one does not wait for
 * those who run: for two as large as the largest that have come lately. Where all have one priority it is nothing.
 */
export class KeptRoom {
  readonly #byPriority: Map<number, Largest> = new Map();

  /** One came, of so many tokens at its end. */
  note(priority: number, tokens: number, nowMs: number): void {
    const largest = this.#byPriority.get(priority);
    if (largest === undefined) {
      this.#byPriority.set(priority, { window: windowAt(nowMs), tokens, tokensBefore: 0 });
      return;
    }
    renew(largest, nowMs);
    largest.tokens = Math.max(largest.tokens, tokens);
  }

  /** KV tokens that one of a priority leaves free. */
  tokensFor(priority: number, nowMs: number): number {
    let kept = 0;
    for (const [higher, largest] of this.#byPriority) {
      if (higher <= priority) continue;
      renew(largest, nowMs);
      kept += KEPT_REQUESTS * Math.max(largest.tokens, largest.tokensBefore);
    }
    return kept;
  }
}

function windowAt(nowMs: number): number {
  return Math.floor(nowMs / KEPT_MS);
}

function renew(largest: Largest, nowMs: number): void {
  const window = windowAt(nowMs);
  if (window <= largest.window) return;
  largest.tokensBefore = window === largest.window + 1 ? largest.tokens : 0;
  largest.tokens = 0;
  largest.window = window;
}
