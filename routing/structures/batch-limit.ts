/**
 * More than run at a time, as a share of those: what ends is followed at once by one that is there, and a replica that
 * could run more shows it.
 */
const SPARE_SHARE = 1 / 8;

/** What a replica says of its requests, and whether some of them wait for others to end. */
export interface BatchNews {
  readonly runningRequests: number;
  /** Some have waited there for longer than a prefill takes. */
  readonly isQueueing: boolean;
}

/**
 * How many requests a replica runs at a time where it does not tell, such as vLLM's `max_num_seqs`: as many as ran when
 * others waited behind them. More than that only wait there, where nobody can refuse them or put another first.
 */
export class BatchLimit {
  #running = Infinity;

  /** Requests that it may have at a time; `Infinity` while it has shown no limit. */
  get requestsMax(): number {
    return this.#running + Math.ceil(this.#running * SPARE_SHARE);
  }

  /** Takes in what it says. It is never taken to run less than one. */
  see({ runningRequests, isQueueing }: BatchNews): void {
    if (isQueueing || this.#running < runningRequests) {
      this.#running = Math.max(runningRequests, 1);
    }
  }

  /** It has been started anew, perhaps with another limit. */
  forget(): void {
    this.#running = Infinity;
  }
}
