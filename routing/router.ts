import type { Filter, Policy } from './policies/policy.ts';
import { Rating } from './rating.ts';
import type { ReceiptHeads } from './receipt.ts';
import { Receipt } from './receipt.ts';
import type { Candidate, Replica, ReplicaId } from './replica.ts';
import type { RoutingRequest } from './request.ts';
import type { PickCosts, ShadowPick } from './shadow.ts';

export type { Receipt } from './receipt.ts';
export type { ShadowPick } from './shadow.ts';

/** Where a request goes, or why it can go nowhere. Both are expected outcomes. */
export type Decision =
  | { readonly kind: 'routed'; readonly replica: Replica; readonly receipt: Receipt }
  /** `filter` dropped the last candidates; `empty-fleet` when there were none to drop. */
  | { readonly kind: 'unroutable'; readonly filter: string; readonly receipt: Receipt };

/** What drops a replica on a receipt that every filter of the policy would keep: admission found no room there. */
export const HEAD_ROOM = 'head-room';

/** Chooses a replica for a request: filters, then costs that add up, then one pick. */
export class Router {
  readonly policy: Policy;
  readonly #acting: Rating;
  readonly #shadow: Rating | undefined;
  readonly #heads: ReceiptHeads;
  #ids: readonly ReplicaId[] = [];
  #noDroppers = new Uint8Array(0);

  /** `shadow` judges each request too, on the same candidates, and never acts. */
  constructor(policy: Policy, shadow?: Policy) {
    this.policy = policy;
    this.#acting = new Rating(policy);
    this.#shadow = shadow && new Rating(shadow);
    this.#heads = {
      policy: policy.name,
      costs: policy.costs.map(({ name }) => name),
      filters: [...policy.filters.map(({ name }) => name), HEAD_ROOM],
    };
  }

  /**
   * Decides at once and leaves nothing behind: reserving is the caller's next step. `everyone` is the
   * fleet that `candidates` are taken from, in the same order: the receipt tells why the others are not
   * among them.
   */
  route(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    everyone: readonly Candidate[] = candidates,
  ): Decision {
    const acting = this.#acting;
    acting.rate(request, candidates, everyone);
    const picked = acting.kept[acting.pick];
    if (picked !== undefined) this.#shadow?.rate(request, candidates, everyone);
    const receipt = new Receipt({
      heads: this.#heads,
      replicas: this.#idsOf(everyone),
      droppedBy: this.#droppers(request, everyone),
      stateReasons: stateReasonsOf(everyone),
      rows: acting.rows,
      candidateCount: acting.kept.length,
      pick: acting.pick,
      shadow: picked && this.#judged(picked),
    });
    if (picked !== undefined) return { kind: 'routed', replica: picked.replica, receipt };
    return { kind: 'unroutable', filter: acting.dropper ?? HEAD_ROOM, receipt };
  }

  /** The fleet's ids as one list, made anew only when the fleet is another. */
  #idsOf(everyone: readonly Candidate[]): readonly ReplicaId[] {
    const ids = this.#ids;
    let same = ids.length === everyone.length;
    for (let index = 0; same && index < ids.length; index += 1) {
      same = ids[index] === everyone[index]?.replica.id;
    }
    if (!same) this.#ids = everyone.map(({ replica }) => replica.id);
    return this.#ids;
  }

  #droppers(request: RoutingRequest, everyone: readonly Candidate[]): Uint8Array {
    const { kept } = this.#acting;
    if (kept.length === everyone.length) return this.#noDroppersOf(everyone.length);
    const droppers = new Uint8Array(everyone.length);
    let next = 0;
    for (let index = 0; index < everyone.length; index += 1) {
      const candidate = everyone[index];
      if (candidate === undefined) continue;
      if (candidate === kept[next]) next += 1;
      else droppers[index] = 1 + firstDropper(this.policy.filters, request, candidate);
    }
    return droppers;
  }

  /** As long as nobody is dropped, receipts of as many replicas share one list. */
  #noDroppersOf(count: number): Uint8Array {
    if (this.#noDroppers.length !== count) this.#noDroppers = new Uint8Array(count);
    return this.#noDroppers;
  }

  /** What the shadow, which has rated the same candidates, says of the pick. */
  #judged(picked: Candidate): ShadowPick | undefined {
    const shadow = this.#shadow;
    const own = shadow?.kept[shadow.pick];
    if (shadow === undefined || own === undefined) return undefined;
    const byShadow = pickCosts(shadow, picked, own);
    const isNoDearer = byShadow !== undefined && byShadow.actingSeconds <= byShadow.shadowSeconds;
    return {
      policy: shadow.policy.name,
      replica: own.replica.id,
      agrees: own === picked || isNoDearer,
      byActing: pickCosts(this.#acting, picked, own),
      byShadow,
    };
  }
}

/** Nearly always there is no reason to keep, and then no map is made. */
function stateReasonsOf(
  everyone: readonly Candidate[],
): ReadonlyMap<ReplicaId, string> | undefined {
  let reasons: Map<ReplicaId, string> | undefined;
  for (const { replica, stateReason } of everyone) {
    if (stateReason === undefined) continue;
    reasons ??= new Map();
    reasons.set(replica.id, stateReason);
  }
  return reasons;
}

/** Index of the first filter that drops a candidate; one past the last where all keep it. */
function firstDropper(
  filters: readonly Filter[],
  request: RoutingRequest,
  candidate: Candidate,
): number {
  let index = 0;
  while (filters[index]?.keeps(request, candidate) === true) index += 1;
  return index;
}

function pickCosts(rating: Rating, acting: Candidate, shadow: Candidate): PickCosts | undefined {
  const actingSeconds = rating.costOf(acting);
  const shadowSeconds = rating.costOf(shadow);
  if (actingSeconds === undefined || shadowSeconds === undefined) return undefined;
  return { actingSeconds, shadowSeconds };
}
