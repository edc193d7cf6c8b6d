/** Retries that are affordable whatever the traffic: one client's bad luck is no storm. */
export const FREE_RETRIES_PER_SECOND = 3;

/** Seconds over which traffic and retries are weighed against each other, as in Finagle's budget. */
export const BUDGET_SECONDS = 10;

/**
 * How much retrying the whole gateway may afford: a share of the requests of the last ten seconds, and three a second
 * beside it. Where all replicas fail, retries would else double the load just when it is too much.
 */
export class RetryBudget {
  readonly #retriesShare: number;
  readonly #requests = new Float64Array(BUDGET_SECONDS);
  readonly #retries = new Float64Array(BUDGET_SECONDS);
  #second = 0;

  /** `retriesShare` is retries for each request, 0 or more. */
  constructor(retriesShare: number) {
    this.#retriesShare = retriesShare;
  }

  /** Counts a request that came at `nowMs`, on a clock that never goes back. */
  arrived(nowMs: number): void {
    this.#passTime(nowMs);
    this.#add(this.#requests);
  }

  /** Takes one retry out of the budget; false where it is used up. */
  take(nowMs: number): boolean {
    this.#passTime(nowMs);
    const affordable =
      this.#retriesShare * sumOf(this.#requests) + FREE_RETRIES_PER_SECOND * BUDGET_SECONDS;
    if (sumOf(this.#retries) + 1 > affordable) return false;
    this.#add(this.#retries);
    return true;
  }

  #add(counts: Float64Array): void {
    const slot = this.#second % BUDGET_SECONDS;
    counts[slot] = (counts[slot] ?? 0) + 1;
  }

  /** Forgets the seconds that have left the window. */
  #passTime(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    const passed = Math.min(second - this.#second, BUDGET_SECONDS);
    for (let back = 0; back < passed; back += 1) {
      const slot = (second - back) % BUDGET_SECONDS;
      this.#requests[slot] = 0;
      this.#retries[slot] = 0;
    }
    this.#second = second;
  }
}

function sumOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
