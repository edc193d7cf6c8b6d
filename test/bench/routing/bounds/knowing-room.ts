import type { Place, Turn, Waiting } from '../../../../gateway/pipeline/dispatcher.ts';
import { slownessOf } from '../../../../gateway/replay/virtual/disturbances.ts';
import type {
  VirtualDispatcher,
  VirtualRooms,
} from '../../../../gateway/replay/virtual/virtual-fleet.ts';
import type { Reservation } from '../../../../routing/fleet.ts';
import { Receipt } from '../../../../routing/receipt.ts';
import type { RoutingRequest } from '../../../../routing/request.ts';
import { Heap } from '../../../../routing/structures/heap.ts';
import { PrefixIndex } from '../../../../routing/structures/prefix-index.ts';
import { KnownReplica } from './known-replica.ts';
import type { PlaceCost } from './places.ts';

/** How a knowing room decides. */
export interface KnowingTerms {
  /** Lower goes first; who came first among equals. */
  readonly rank: (request: RoutingRequest) => number;
  /** Uncomputed tokens out at one replica; a prompt of any length where there are none. */
  readonly prefillTokensMax: number;
  /** Whether nobody is bound whose KV would not fit to the end. */
  readonly keepsKv: boolean;
  readonly knowsCaches: boolean;
  readonly cost: PlaceCost;
}

interface Waiter {
  readonly request: RoutingRequest;
  readonly turn: Turn;
  readonly rank: number;
  readonly number: number;
}

/** One waiting room before replicas of which everything is known. Expected lengths are the true ones. */
export class KnowingRoom implements VirtualDispatcher {
  readonly #rooms: VirtualRooms;
  readonly #terms: KnowingTerms;
  readonly #replicas: readonly KnownReplica[];
  readonly #waiting: Heap<Waiter> = new Heap(isBefore);
  readonly #prefixes: PrefixIndex = new PrefixIndex();
  #numbers = 0;
  #isServing = false;

  constructor(rooms: VirtualRooms, terms: KnowingTerms) {
    this.#rooms = rooms;
    this.#terms = terms;
    const { clock, options } = rooms;
    this.#replicas = rooms.fleet.replicas().map((facts, index) => {
      const replica = rooms.replicas.get(facts.id);
      if (replica === undefined) throw new RangeError(facts.id);
      const slowness = slownessOf(index, options.disturbances ?? {});
      this.#prefixes.setCapacity(facts.id, facts.kvCapacityTokens);
      return new KnownReplica(facts, replica, () => slowness(clock.nowMs()));
    });
  }

  get waitingRequests(): number {
    return this.#waiting.size;
  }

  enter(request: RoutingRequest, turn: Turn): Waiting | undefined {
    const rank = this.#terms.rank(request);
    this.#waiting.add({ request, turn, rank, number: this.#numbers++ });
    this.wake();
    return undefined;
  }

  tryElsewhere(request: RoutingRequest): Place | undefined {
    const place = this.#cheapest(request, this.#standing(request));
    return place === undefined ? undefined : this.#bind(request, place);
  }

  observeCached(): void {
    // What is predicted here is what the caches of the engines would keep.
  }

  wake(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    for (let first = this.#waiting.first; first !== undefined; first = this.#waiting.first) {
      const replica = this.#cheapest(first.request, this.#roomy(first.request));
      if (replica === undefined) break;
      this.#waiting.remove(first);
      first.turn.granted(this.#bind(first.request, replica));
    }
    this.#isServing = false;
  }

  #standing({ excluded }: RoutingRequest): readonly KnownReplica[] {
    return this.#replicas.filter(
      ({ facts: { id } }) => !excluded.has(id) && this.#rooms.fleet.state(id) === 'ready',
    );
  }

  #roomy(request: RoutingRequest): readonly KnownReplica[] {
    const { prefillTokensMax, keepsKv } = this.#terms;
    return this.#standing(request).filter((replica) => {
      if (replica.requests === 0) return true;
      const uncached = this.#uncached(request, replica);
      const { prefillTokens } = replica;
      if (prefillTokens > 0 && prefillTokens + uncached > prefillTokensMax) return false;
      return !keepsKv || replica.holds(uncached, request.expectedOutputTokens);
    });
  }

  #cheapest(request: RoutingRequest, replicas: readonly KnownReplica[]): KnownReplica | undefined {
    let cheapest: KnownReplica | undefined;
    let least = Infinity;
    for (const replica of replicas) {
      const cost = this.#terms.cost(replica, request, this.#uncached(request, replica));
      if (cost >= least) continue;
      cheapest = replica;
      least = cost;
    }
    return cheapest;
  }

  #uncached(request: RoutingRequest, { facts }: KnownReplica): number {
    if (!this.#terms.knowsCaches) return request.promptTokens;
    return request.promptTokens - this.#prefixes.find(request).at(facts.id);
  }

  #bind(request: RoutingRequest, replica: KnownReplica): Place {
    const { facts } = replica;
    const { promptTokens, expectedOutputTokens, blockHashes } = request;
    const cachedTokens = promptTokens - this.#uncached(request, replica);
    const nowMs = this.#rooms.clock.nowMs();
    if (this.#terms.knowsCaches) {
      const newTokens = promptTokens - cachedTokens + expectedOutputTokens;
      this.#prefixes.given(facts.id, blockHashes, newTokens);
    }
    const lengths = { promptTokens, cachedTokens, expectedOutputTokens, nowMs };
    const reservation = waking(replica.reserve(lengths), () => this.wake());
    const receipt = receiptOf(facts.id);
    return { replica: facts, receipt, reservation, queueWaitMs: 0, wait: NO_WAIT, cachedTokens };
  }
}

/** What a bound does is explained by nobody. */
const NO_WAIT: Place['wait'] = {
  ms: 0,
  lacked: undefined,
  waitingRequests: 0,
  served: { requests: 0, lastIds: [] },
};

function receiptOf(id: string): Receipt {
  return new Receipt({
    heads: { policy: 'bound', costs: [], filters: [] },
    replicas: [id],
    droppedBy: new Uint8Array(1),
    rows: new Float64Array(2),
    candidateCount: 1,
    pick: 0,
    shadow: undefined,
  });
}

/** A reservation that lets those who wait know when it makes room. */
function waking(reserved: Reservation, wake: () => void): Reservation {
  return {
    replicaId: reserved.replicaId,
    promptTokens: reserved.promptTokens,
    get outputTokens() {
      return reserved.outputTokens;
    },
    set outputTokens(tokens) {
      reserved.outputTokens = tokens;
    },
    isPaused: false,
    get isReleased() {
      return reserved.isReleased;
    },
    firstToken() {
      reserved.firstToken();
      wake();
    },
    release() {
      const released = reserved.release();
      if (released) wake();
      return released;
    },
  };
}

function isBefore(one: Waiter, other: Waiter): boolean {
  return one.rank === other.rank ? one.number < other.number : one.rank < other.rank;
}
