import type { NotedDecision } from './noted-decision.ts';

/** How much is remembered; whichever bound is met first. */
export interface DecisionLogBounds {
  readonly decisionsMax: number;
  readonly bytesMax: number;
}

/** A thousand decisions of 16 replicas take 1.5 MB; of 1,000 replicas some 350 fit. */
const DEFAULT_BOUNDS: DecisionLogBounds = { decisionsMax: 1_000, bytesMax: 16 * 2 ** 20 };

/** Which decisions are wanted, newest first. */
export interface DecisionQuery {
  readonly limit: number;
  /** Only those that picked this replica. */
  readonly replica?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The last decisions: the oldest is forgotten when there are too many, or when they grow too large. */
export class DecisionLog {
  readonly #bounds: DecisionLogBounds;
  /** A ring: `#first` is the oldest, the others follow around the end. */
  readonly #ring: (NotedDecision | undefined)[];
  #first = 0;
  #count = 0;
  #bytes = 0;

  constructor(bounds: DecisionLogBounds = DEFAULT_BOUNDS) {
    this.#bounds = bounds;
    this.#ring = new Array<NotedDecision | undefined>(bounds.decisionsMax);
  }

  /** Decisions that are remembered. */
  get size(): number {
    return this.#count;
  }

  /** Memory that they keep alive, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Remembers a decision; one that is larger than all bounds is forgotten at once. */
  note(decision: NotedDecision): void {
    const { decisionsMax, bytesMax } = this.#bounds;
    if (this.#count === decisionsMax) this.#forgetOldest();
    this.#ring[(this.#first + this.#count) % decisionsMax] = decision;
    this.#count += 1;
    this.#bytes += decision.bytes;
    while (this.#bytes > bytesMax) this.#forgetOldest();
  }

  /** Those that fit a query, newest first. */
  find({ limit, replica, requestId }: DecisionQuery): readonly NotedDecision[] {
    const found: NotedDecision[] = [];
    for (let back = this.#count - 1; back >= 0 && found.length < limit; back -= 1) {
      const decision = this.#ring[(this.#first + back) % this.#bounds.decisionsMax];
      if (decision === undefined) continue;
      if (replica !== undefined && decision.replica !== replica) continue;
      if (requestId !== undefined && decision.requestId !== requestId) continue;
      found.push(decision);
    }
    return found;
  }

  #forgetOldest(): void {
    this.#bytes -= this.#ring[this.#first]?.bytes ?? 0;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#bounds.decisionsMax;
    this.#count -= 1;
  }
}
