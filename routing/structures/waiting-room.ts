import type { Charge } from './fair-queue.ts';
import { Heap } from './heap.ts';
import { Lane, type LaneTerms } from './lane.ts';
import { LateWaiters } from './late-waiters.ts';
import type { StreamPace } from './stream-pace.ts';

export type { Charge } from './fair-queue.ts';

/** Bounds of a waiting room. */
export interface WaitingRoomLimits {
  readonly waitingRequestsMax: number;
  readonly waitingMsMax: number;
  /** Bytes of bodies that are held while they wait. */
  readonly waitingBytesMax?: number | undefined;
  readonly waitingPromptTokensMax?: number | undefined;
  /** A wait that is good: in an overload, who has waited longer lets go first those who may still be served well. None where it is left out. */
  readonly goodWaitMs?: number | undefined;
}

/** What a waiting room can have too much of. */
export type WaitingBound = 'requests' | 'bytes' | 'tokens';

/** How someone waits. */
export interface WaitingTerms {
  /** Lanes do not hold each other up: each is those whom the same replicas can serve. */
  readonly lane: string;
  readonly tenant: string;
  /** The tenant's part beside the others'. Above 0. */
  readonly weight: number;
  /** Higher is served earlier. */
  readonly priority: number;
  /** Absolute; `Infinity` for none. */
  readonly deadlineMs: number;
  /** When the wait began. */
  readonly enteredMs: number;
  readonly promptTokens: number;
  readonly expectedOutputTokens: number;
  /** Bytes of its body. */
  readonly bytes: number;
}

/** A place in the waiting room. */
export interface Ticket<T> extends WaitingTerms, Omit<LaneTerms, 'dueMs'> {
  dueMs: number;
  readonly item: T;
  /** When the wait has lasted too long or the deadline passes, whichever is first. */
  readonly expiresMs: number;
}

/**
 * One without a deadline, or with a far one, is due so long after it entered: nobody is overtaken by
 * those of its own tenant who came later than that, however short their deadlines.
 */
const PATIENCE_MS = 30_000;

/**
 * In an overload, one whose wait has become too long to be good is due so long after it entered. Were it served in its
 * turn, all behind it would come too late as well, and a tenth of load too much would leave nobody well served.
 */
export const LATE_PATIENCE_MS = 300_000;

/** Lanes that are remembered while nobody needs them; more are forgotten with their pace. */
const IDLE_LANES_MAX = 1000;

/**
 * Who waits for a replica, in lanes; in each by priority, then by what the tenants have been served,
 * then by deadline, then by entering. It has no clock and calls nobody back; each operation takes
 * O(log n).
 */
export class WaitingRoom<T> {
  readonly #limits: WaitingRoomLimits;
  readonly #lanes: Map<string, Lane<Ticket<T>>> = new Map();
  readonly #byExpiry: Heap<Ticket<T>> = new Heap(expiresBefore);
  readonly #late: LateWaiters<Ticket<T>>;
  #bytes = 0;
  #promptTokens = 0;
  #numbersGiven = 0;

  constructor(limits: WaitingRoomLimits) {
    this.#limits = limits;
    this.#late = new LateWaiters(limits.goodWaitMs ?? Infinity);
  }

  /** How many wait, over all lanes. */
  get size(): number {
    return this.#byExpiry.size;
  }

  /** Lanes that are remembered. */
  get lanesKnown(): number {
    return this.#lanes.size;
  }

  /** How many wait in one lane. */
  sizeOf(lane: string): number {
    return this.#lanes.get(lane)?.size ?? 0;
  }

  /** Takes a place, above the bounds too: `overfull` tells, and who it is too much with has to leave. */
  enter(item: T, terms: WaitingTerms): Ticket<T> {
    const { enteredMs, deadlineMs } = terms;
    const expiresMs = Math.min(deadlineMs, enteredMs + this.#limits.waitingMsMax);
    const ticket: Ticket<T> = { ...this.#entry(terms), item, expiresMs };
    this.#laneOf(terms.lane).add(ticket, enteredMs);
    this.#byExpiry.add(ticket);
    this.#late.add(ticket);
    this.#bytes += ticket.bytes;
    this.#promptTokens += ticket.promptTokens;
    return ticket;
  }

  /** While that is the rule, lets those who have waited too long to be served well step behind those who have not. */
  passTime(nowMs: number): void {
    for (const late of this.#late.stepBack(nowMs)) {
      this.#laneOf(late.lane).reorder(late, () => {
        late.dueMs = Math.min(late.deadlineMs, late.enteredMs + LATE_PATIENCE_MS);
      });
    }
  }

  /** True of one whom nobody of its lane is to be served before. */
  isFirst(ticket: Ticket<T>): boolean {
    return this.#lanes.get(ticket.lane)?.first === ticket;
  }

  /** The bound that is passed. */
  get overfull(): WaitingBound | undefined {
    const { waitingRequestsMax, waitingBytesMax, waitingPromptTokensMax } = this.#limits;
    if (this.size > waitingRequestsMax) return 'requests';
    if (this.#bytes > (waitingBytesMax ?? Infinity)) return 'bytes';
    if (this.#promptTokens > (waitingPromptTokensMax ?? Infinity)) return 'tokens';
    return undefined;
  }

  /** Gives a place up unserved; false when it was given up before. */
  leave(ticket: Ticket<T>, nowMs: number): boolean {
    if (!this.#takeOut(ticket)) return false;
    this.#laneOf(ticket.lane).remove(ticket, nowMs);
    this.#forgetLanes();
    return true;
  }

  /** Gives the place of one who waits up to be served, and charges its tenant. */
  serve(ticket: Ticket<T>, nowMs: number): Charge {
    this.#takeOut(ticket);
    return this.#laneOf(ticket.lane).serve(ticket, nowMs);
  }

  /** Charges the tenant of one who need not wait. */
  charge(terms: WaitingTerms): Charge {
    const charge = this.#laneOf(terms.lane).charge(this.#entry(terms));
    this.#forgetLanes();
    return charge;
  }

  /** The lanes in which someone waits, in the order in which their first ones are to be served. */
  lanes(): readonly string[] {
    const firsts: Ticket<T>[] = [];
    for (const { first } of this.#lanes.values()) if (first !== undefined) firsts.push(first);
    return firsts.sort(leadsBefore).map(({ lane }) => lane);
  }

  /** Everyone in a lane in the order in which they are to be served. The room must not change meanwhile. */
  inOrder(lane: string): Iterable<Ticket<T>> {
    return this.#lanes.get(lane)?.inOrder() ?? [];
  }

  /** How long one who waits will wait yet, by who is before it; `undefined` while no pace is known. */
  msUntilTurn(ticket: Ticket<T>, nowMs: number): number | undefined {
    const lane = this.#laneOf(ticket.lane);
    return lane.msToDrain(lane.tokensBefore(ticket), nowMs);
  }

  /** KV tokens that one leaves free at a replica for those of higher priorities who may come. */
  keptTokens({ lane, priority }: WaitingTerms, nowMs: number): number {
    return this.#lanes.get(lane)?.keptTokens(priority, nowMs) ?? 0;
  }

  /** How fast the streams of a lane go on. */
  paceOf(lane: string): StreamPace {
    return this.#laneOf(lane).pace;
  }

  /** How long it takes to serve all of a lane; `undefined` while no pace is known. */
  msToDrain(name: string, nowMs: number): number | undefined {
    const lane = this.#lanes.get(name);
    return lane?.msToDrain(lane.waitingTokens, nowMs);
  }

  /** Takes out everyone whose time is up at `nowMs`, longest overdue first; with `untilMs` those of that time too. */
  expire(nowMs: number, untilMs: number = nowMs): readonly Ticket<T>[] {
    const expired: Ticket<T>[] = [];
    for (;;) {
      const first = this.#byExpiry.first;
      if (first === undefined || first.expiresMs > untilMs) return expired;
      this.leave(first, nowMs);
      expired.push(first);
    }
  }

  /** When `expire` will next find someone; `Infinity` when nobody waits. */
  get nextExpiryMs(): number {
    return this.#byExpiry.first?.expiresMs ?? Infinity;
  }

  #entry(terms: WaitingTerms): WaitingTerms & LaneTerms {
    const { enteredMs, deadlineMs, promptTokens, expectedOutputTokens } = terms;
    return {
      ...terms,
      tokens: promptTokens + expectedOutputTokens,
      dueMs: Math.min(deadlineMs, enteredMs + PATIENCE_MS),
      number: this.#numbersGiven++,
    };
  }

  #takeOut(ticket: Ticket<T>): boolean {
    if (!this.#byExpiry.remove(ticket)) return false;
    this.#late.remove(ticket);
    this.#bytes -= ticket.bytes;
    this.#promptTokens -= ticket.promptTokens;
    return true;
  }

  #laneOf(name: string): Lane<Ticket<T>> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = new Lane<Ticket<T>>();
    this.#lanes.set(name, lane);
    return lane;
  }

  #forgetLanes(): void {
    if (this.#lanes.size <= IDLE_LANES_MAX) return;
    for (const [name, lane] of this.#lanes) if (lane.isIdle) this.#lanes.delete(name);
  }
}

function leadsBefore<T>(one: Ticket<T>, other: Ticket<T>): number {
  return (
    other.priority - one.priority || one.enteredMs - other.enteredMs || one.number - other.number
  );
}

function expiresBefore<T>(one: Ticket<T>, other: Ticket<T>): boolean {
  if (one.expiresMs !== other.expiresMs) return one.expiresMs < other.expiresMs;
  return one.number < other.number;
}
