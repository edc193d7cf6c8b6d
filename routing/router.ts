import type { Policy } from './policies/policy.ts';
import type { Candidate, Replica, ReplicaId } from './replica.ts';
import type { RoutingRequest } from './request.ts';

/** Why a decision fell as it did: each cost in seconds, for each candidate that passed the filters. */
export interface Receipt {
  readonly policy: string;
  readonly candidates: readonly ReplicaId[];
  /** Cost name to seconds; index i belongs to `candidates[i]`. Empty for policies without costs. */
  readonly seconds: ReadonlyMap<string, Float64Array>;
}

/** Where a request goes, or why it can go nowhere. Both are expected outcomes. */
export type Decision =
  | { readonly kind: 'routed'; readonly replica: Replica; readonly receipt: Receipt }
  /** `filter` dropped the last candidates; `empty-fleet` when there were none to drop. */
  | { readonly kind: 'unroutable'; readonly filter: string };

/** Chooses a replica for a request: filters, then costs that add up, then one pick. */
export class Router {
  readonly policy: Policy;
  readonly #kept: Candidate[] = [];
  #sums: Float64Array = new Float64Array(0);

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Decides at once and leaves nothing behind: reserving is the caller's next step. */
  route(request: RoutingRequest, candidates: readonly Candidate[]): Decision {
    const dropper = this.#filter(request, candidates);
    if (dropper !== undefined) return { kind: 'unroutable', filter: dropper };
    const kept = this.#kept;
    const seconds = this.#addUp(request);
    const picked = kept[this.policy.picker.pick(request, kept, this.#sums)];
    if (picked === undefined) throw new RangeError(`${this.policy.picker.name} picked nobody`);
    const receipt: Receipt = {
      policy: this.policy.name,
      candidates: kept.map(({ replica }) => replica.id),
      seconds,
    };
    return { kind: 'routed', replica: picked.replica, receipt };
  }

  /** Fills `#kept`; returns the name of what left it empty, or `undefined` when someone is left. */
  #filter(request: RoutingRequest, candidates: readonly Candidate[]): string | undefined {
    const kept = this.#kept;
    kept.length = 0;
    kept.push(...candidates);
    if (kept.length === 0) return 'empty-fleet';
    for (const filter of this.policy.filters) {
      let count = 0;
      for (const candidate of kept) {
        if (filter.keeps(request, candidate)) kept[count++] = candidate;
      }
      kept.length = count;
      if (count === 0) return filter.name;
    }
    return undefined;
  }

  /** Fills `#sums` with the summed cost of each kept candidate; returns the single costs. */
  #addUp(request: RoutingRequest): Map<string, Float64Array> {
    const count = this.#kept.length;
    if (this.#sums.length !== count) this.#sums = new Float64Array(count);
    const sums = this.#sums.fill(0);
    const seconds = new Map<string, Float64Array>();
    for (const cost of this.policy.costs) {
      const single = new Float64Array(count);
      cost.estimate(request, this.#kept, single);
      for (const [index, value] of single.entries()) sums[index] = (sums[index] ?? 0) + value;
      seconds.set(cost.name, single);
    }
    return seconds;
  }
}
