import type {
  Candidate,
  LoadSnapshot,
  OtherTraffic,
  Replica,
  ReplicaId,
  ReplicaState,
  Speed,
} from './replica.ts';
import type { CachedTokens, RoutingRequest } from './request.ts';
import { meanSpeed, pooledSpeed } from './speed.ts';
import { BatchLimit } from './structures/batch-limit.ts';
import { ForecastRota } from './structures/forecast-rota.ts';
import {
  Ledger,
  type OwnShare,
  type Reservation,
  type ReservationRequest,
} from './structures/ledger.ts';
import { readOtherTraffic, weightAtAge } from './structures/other-traffic.ts';
import { PrefixIndex } from './structures/prefix-index.ts';
import type { Finding } from './structures/silence.ts';
import { Silence } from './structures/silence.ts';
import { SlowStart } from './structures/slow-start.ts';
import { SpeedFit } from './structures/speed-fit.ts';
import { expectedSilenceMs } from './expected-silence.ts';

export { decodeStepMs } from './speed.ts';
export { Breaker } from './structures/breaker.ts';
export { LOOK_MS } from './structures/silence.ts';
export type { Finding } from './structures/silence.ts';
export { isPanic, maySuspend } from './structures/suspension.ts';
export type { Census } from './structures/suspension.ts';
export type { Reservation, ReservationRequest } from './structures/ledger.ts';

/** What is reserved: a request's tokens, and the blocks that its replica will have cached by it. */
export interface FleetReservation extends ReservationRequest {
  readonly blockHashes?: readonly number[];
}

/**
 * Who is there, in which state, how busy, how fast, what its KV cache holds, and what this gateway has
 * in flight there.
 * News of a replica that has left is ignored: a probe may come back after it.
 */
export class Fleet {
  readonly #members: Map<ReplicaId, Member> = new Map();
  /** Ledgers of replicas that left with requests open; a replica that comes back finds its own. */
  readonly #departed: Map<ReplicaId, Ledger> = new Map();
  #candidates: readonly Member[] = [];
  #rota: ForecastRota = new ForecastRota([]);
  readonly #prefixes: PrefixIndex = new PrefixIndex();

  /**
   * Adds a replica as `starting`. Its id must not be in the fleet. Until its own streams have shown
   * how fast it is, it is taken to be as fast as `speed`, or as those of its engine and model that
   * are there.
   */
  join(replica: Replica, speed: Speed = this.#speedOfPeers(replica)): void {
    if (this.#members.has(replica.id)) throw new RangeError(`replica ${replica.id} joins twice`);
    const ledger = this.#departed.get(replica.id) ?? new Ledger(replica.id);
    this.#departed.delete(replica.id);
    this.#prefixes.setCapacity(replica.id, cacheTokens(replica));
    this.#members.set(replica.id, new Member(replica, speed, ledger));
    this.#membersChanged();
  }

  /** Replaces what is known of a replica; state, load and requests in flight stay. */
  update(replica: Replica): void {
    const member = this.#members.get(replica.id);
    if (member === undefined) return;
    member.replica = replica;
    this.#prefixes.setCapacity(replica.id, cacheTokens(replica));
  }

  /** Removes a replica. Reservations on it can still be released. */
  leave(id: ReplicaId): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#prefixes.removed(id);
    this.#membersChanged();
    for (const [departed, { requests }] of this.#departed) {
      if (requests === 0) this.#departed.delete(departed);
    }
    if (member.inFlight.requests > 0) this.#departed.set(id, member.inFlight);
  }

  /** Says whether a replica may be given requests, and why not, in words that end a sentence. */
  setState(id: ReplicaId, state: ReplicaState, reason?: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.state = state;
    member.stateReason = reason;
    // Who comes back has been started anew, as far as anyone knows.
    if (state === 'starting' || state === 'ejected') this.#prefixes.emptied(id);
  }

  /** A replica was gone and is back: its share of the requests grows from small, and nothing is known of its silences. */
  returned(id: ReplicaId): void {
    this.#members.get(id)?.returned();
  }

  /**
   * Looks whether the requests at a replica go on; called every `LOOK_MS`. After `ask` it is asked for a token, and
   * `answered`, `postponed` or `unanswerable` told what came of it.
   */
  listen(id: ReplicaId, nowMs: number): Finding {
    return this.#members.get(id)?.listen(nowMs) ?? 'moving';
  }

  /** What is known of a replica's silence; `undefined` when it is not in the fleet. */
  silence(id: ReplicaId): Silence | undefined {
    return this.#members.get(id)?.silence;
  }

  /** The one request of a replica that is `probing`; `undefined` in other states. */
  probe(id: ReplicaId): Reservation | undefined {
    const member = this.#members.get(id);
    return member?.state === 'probing' ? member.probe : undefined;
  }

  /** Takes in what a replica says of itself. A snapshot older than the last is dropped. */
  observeLoad(id: ReplicaId, load: LoadSnapshot): void {
    this.#members.get(id)?.observe(load);
  }

  /**
   * Everyone, in order of joining, as of `nowMs`. The objects are live and the same at each call;
   * how far streams have come is read anew in turn (`structures/forecast-rota.ts`).
   */
  candidates(nowMs: number): readonly Candidate[] {
    this.#rota.passTime(nowMs);
    let hasSampled = false;
    for (const member of this.#candidates) hasSampled = member.passTime(nowMs) || hasSampled;
    if (hasSampled) this.#poolSpeeds();
    return this.#candidates;
  }

  /** Every replica, in order of joining. */
  replicas(): readonly Replica[] {
    return this.#candidates.map(({ replica }) => replica);
  }

  /** The state of a replica, or `undefined` when it is not in the fleet. */
  state(id: ReplicaId): ReplicaState | undefined {
    return this.#members.get(id)?.state;
  }

  /** Counts a request at a replica of the fleet, from this moment until its release. */
  reserve(id: ReplicaId, request: FleetReservation): Reservation {
    const member = this.#members.get(id);
    if (member === undefined) throw new RangeError(`no replica ${id} to reserve on`);
    const { promptTokens, cachedTokens = 0, expectedOutputTokens, blockHashes = [] } = request;
    this.#prefixes.given(id, blockHashes, promptTokens - cachedTokens + expectedOutputTokens);
    const reservation = member.inFlight.reserve(request);
    if (member.state === 'half-open') {
      member.state = 'probing';
      member.probe = reservation;
    }
    return reservation;
  }

  /** What replicas have of the request's prompt in their KV caches; `undefined` for a prompt without blocks. */
  cachedTokens(request: RoutingRequest): CachedTokens | undefined {
    return request.blockHashes.length === 0 ? undefined : this.#prefixes.find(request);
  }

  /** Takes in how many tokens of a prompt an engine found in its cache, of those that were predicted. */
  observeCached(id: ReplicaId, predictedTokens: number, toldTokens: number): void {
    this.#prefixes.corrected(id, predictedTokens, toldTokens);
  }

  /** Prompt blocks that are remembered over all replicas, and the memory that they take. */
  get prefixIndex(): { readonly blocks: number; readonly bytes: number } {
    return this.#prefixes;
  }

  #membersChanged(): void {
    this.#candidates = [...this.#members.values()];
    this.#rota = new ForecastRota(this.#candidates.map(({ inFlight }) => inFlight));
  }

  /** Compares the fitted speed of each with those of its engine and model. */
  #poolSpeeds(): void {
    const peersOf = Map.groupBy(this.#candidates, ({ replica }) => peersKey(replica));
    for (const peers of peersOf.values()) {
      const mean = meanSpeed(peers.map(({ fit }) => fit));
      for (const peer of peers) peer.speed = pooledSpeed(peer.fit, mean);
    }
  }

  /** The mean pace of those that run the same model on the same engine; the default where there are none. */
  #speedOfPeers(newcomer: Replica): Speed {
    const key = peersKey(newcomer);
    const peers = this.#candidates.filter(({ replica }) => peersKey(replica) === key);
    return meanSpeed(peers.map(({ speed }) => speed));
  }
}

/** Alike for those whose speeds can be compared: the same model on the same engine. */
function peersKey({ engine, models }: Replica): string {
  return [engine, models[0]].join(' ');
}

/** Time between two samples of what a replica does: some twenty decode steps. */
const SPEED_SAMPLE_MS = 500;

/** Who has had no turn for so many times what prefills and a step take waits for another to end. */
const QUEUEING_FACTOR = 2;

/** And no sooner than this: a step that is late is no queue. */
const QUEUEING_MS_MIN = 250;

class Member implements Candidate {
  replica: Replica;
  state: ReplicaState = 'starting';
  stateReason: string | undefined;
  load: LoadSnapshot | undefined;
  loadAgeMs = Infinity;
  readonly inFlight: Ledger;
  readonly others: FadingTraffic = new FadingTraffic();
  readonly fit: SpeedFit;
  speed: Speed;
  readonly silence: Silence = new Silence();
  probe: Reservation | undefined;
  readonly #slowStart = new SlowStart();
  readonly #batch = new BatchLimit();
  #sampledAtMs = 0;

  constructor(replica: Replica, speed: Speed, inFlight: Ledger) {
    this.replica = replica;
    this.fit = new SpeedFit(speed);
    this.speed = speed;
    this.inFlight = inFlight;
  }

  get isQuiet(): boolean {
    return this.silence.isQuiet;
  }

  get requestsMax(): number {
    // What others have there is an estimate, and may be of the past: one of ours always may.
    const ofBatch = Math.max(this.#batch.requestsMax - this.others.requests, 1);
    return Math.min(this.#slowStart.requestsMax(this.inFlight.answers), ofBatch);
  }

  returned(): void {
    this.#batch.forget();
    this.#slowStart.begin(this.inFlight.answers);
    this.silence.restarted();
  }

  listen(nowMs: number): Finding {
    const { listening, progress, prefillTokens } = this.inFlight;
    const predictedMs = expectedSilenceMs(this);
    const pulse = { listening, progress, prefillTokens, predictedMs };
    return this.silence.look(pulse, nowMs);
  }

  observe(load: LoadSnapshot): void {
    if (this.load !== undefined && load.takenAtMs < this.load.takenAtMs) return;
    this.load = load;
    const own = this.inFlight.markSnapshot(load.takenAtMs);
    this.others.see(readOtherTraffic(load, own, this.replica.kvCapacityTokens));
    const { runningRequests } = load;
    this.#batch.see({ runningRequests, isQueueing: this.#isQueueing(load, own) });
  }

  /** Engines serve in order: where more wait than were sent of late, some of ours wait for longer. */
  #isQueueing(
    { takenAtMs, waitingRequests }: LoadSnapshot,
    { prefillRequests }: OwnShare,
  ): boolean {
    const patienceMs = Math.max(QUEUEING_FACTOR * expectedSilenceMs(this), QUEUEING_MS_MIN);
    const waiting = Math.min(waitingRequests, prefillRequests);
    return waiting > this.inFlight.sentSince(takenAtMs - patienceMs);
  }

  /** True when what is known of its speed may have changed. */
  passTime(nowMs: number): boolean {
    if (this.load !== undefined) {
      this.loadAgeMs = Math.max(nowMs - this.load.takenAtMs, 0);
      this.others.weight = weightAtAge(this.loadAgeMs);
    }
    return nowMs - this.#sampledAtMs >= SPEED_SAMPLE_MS && this.#sampleSpeed(nowMs);
  }

  #sampleSpeed(nowMs: number): boolean {
    this.#sampledAtMs = nowMs;
    const sample = this.inFlight.sampleWork(nowMs);
    if (sample === undefined) return false;
    this.fit.learn(sample);
    return true;
  }
}

/** Other traffic as it was seen, times a weight that time takes away. */
class FadingTraffic implements OtherTraffic {
  weight = 1;
  #requests = 0;
  #waitingRequests = 0;
  #waitingTokens: number | undefined = 0;
  #kvTokens = 0;

  see({ requests, waitingRequests, waitingTokens, kvTokens }: OtherTraffic): void {
    this.#requests = requests;
    this.#waitingRequests = waitingRequests;
    this.#waitingTokens = waitingTokens;
    this.#kvTokens = kvTokens;
  }

  get requests(): number {
    return this.#requests * this.weight;
  }

  get waitingRequests(): number {
    return this.#waitingRequests * this.weight;
  }

  get waitingTokens(): number | undefined {
    return this.#waitingTokens === undefined ? undefined : this.#waitingTokens * this.weight;
  }

  get kvTokens(): number {
    return this.#kvTokens * this.weight;
  }
}

/** Tokens that prompts may stay in; nothing tells of an engine without a prefix cache but that it says so. */
function cacheTokens({ cachesPrefixes, kvCapacityTokens }: Replica): number | undefined {
  return cachesPrefixes === false ? 0 : kvCapacityTokens;
}
