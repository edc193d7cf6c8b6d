/** Who has not come for so long is not waited for. */
export const KEPT_MS = 60_000;

/** Room is kept for so many of each priority: another may come before anyone ends. */
const KEPT_REQUESTS = 2;

/** The largest of one priority, in this window and in the one before. */
interface Largest {
  sinceMs: number;
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
      this.#byPriority.set(priority, { sinceMs: nowMs, tokens, tokensBefore: 0 });
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

function renew(largest: Largest, nowMs: number): void {
  const ageMs = nowMs - largest.sinceMs;
  if (ageMs < KEPT_MS) return;
  largest.tokensBefore = ageMs < 2 * KEPT_MS ? largest.tokens : 0;
  largest.tokens = 0;
  largest.sinceMs = nowMs;
}
