import type { Policy } from './policies/policy.ts';
import type { Candidate } from './replica.ts';
import type { RoutingRequest } from './request.ts';

/** Rows behind those of the costs: their sums, and the age of the load. */
const OWN_ROWS = 2;

/** One policy at work on one request: who is left, what each costs, who is picked. */
export class Rating {
  readonly policy: Policy;
  /** Candidates that passed the filters; valid until the next request. */
  readonly kept: Candidate[] = [];
  /** What dropped the last candidates; `undefined` when someone is left. */
  dropper: string | undefined;
  /** Figures as a receipt has them, made anew for each request. */
  rows: Float64Array = NO_ROWS;
  /** Index in `kept`; -1 where nobody is left. */
  pick = -1;
  #sums: Float64Array = NO_ROWS;
  /** What one cost says. */
  #seconds: Float64Array = NO_ROWS;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Judges a request anew. `everyone` is the fleet that `candidates` are taken from. */
  rate(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    everyone: readonly Candidate[],
  ): void {
    this.#filter(request, candidates);
    this.#addUp(request);
    this.pick = this.kept.length === 0 ? -1 : this.#choose(request, everyone);
  }

  /** The summed cost of a candidate in seconds; `undefined` where the policy has no costs or dropped it. */
  costOf(candidate: Candidate): number | undefined {
    if (this.policy.costs.length === 0) return undefined;
    return this.#sums[this.kept.indexOf(candidate)];
  }

  /** Writes over those of the request before: a list that is emptied would have to grow again. */
  #filter(request: RoutingRequest, candidates: readonly Candidate[]): void {
    const { kept } = this;
    let count = 0;
    for (const candidate of candidates) kept[count++] = candidate;
    kept.length = count;
    this.dropper = count === 0 ? 'empty-fleet' : undefined;
    for (const filter of this.policy.filters) {
      if (count === 0) return;
      count = 0;
      for (const candidate of kept) {
        if (filter.keeps(request, candidate)) kept[count++] = candidate;
      }
      kept.length = count;
      if (count === 0) this.dropper = filter.name;
    }
  }

  #addUp(request: RoutingRequest): void {
    const { kept, policy } = this;
    const count = kept.length;
    const costs = policy.costs.length;
    const { cached } = request;
    const rows = new Float64Array((costs + OWN_ROWS + (cached === undefined ? 0 : 1)) * count);
    this.#makeRoom(count);
    const seconds = this.#seconds;
    const sums = this.#sums;
    let next = 0;
    for (const cost of policy.costs) {
      cost.estimate(request, kept, seconds);
      for (let index = 0; index < count; index += 1) {
        const value = seconds[index] ?? 0;
        rows[next++] = value;
        sums[index] = (sums[index] ?? 0) + value;
      }
    }
    rows.set(sums, next);
    next += count;
    for (const { loadAgeMs } of kept) rows[next++] = loadAgeMs;
    if (cached !== undefined) for (const { replica } of kept) rows[next++] = cached.at(replica.id);
    this.rows = rows;
  }

  /** As long as there are candidates; made anew only where they are more or fewer than before. */
  #makeRoom(count: number): void {
    if (this.#sums.length === count) {
      this.#sums.fill(0);
    } else {
      this.#sums = new Float64Array(count);
      this.#seconds = new Float64Array(count);
    }
  }

  #choose(request: RoutingRequest, everyone: readonly Candidate[]): number {
    const { kept, policy } = this;
    const pick = policy.picker.pick(request, kept, this.#sums, everyone);
    if (kept[pick] === undefined) throw new RangeError(`${policy.picker.name} picked nobody`);
    return pick;
  }
}

const NO_ROWS = new Float64Array(0);
