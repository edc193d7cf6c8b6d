import { Heap } from './heap.ts';

/** Bounds of a waiting room. */
export interface WaitingRoomLimits {
  readonly waitingRequestsMax: number;
  readonly waitingMsMax: number;
}

/** How someone waits. */
export interface WaitingTerms {
  /** Those of one lane are served in order; lanes do not hold each other up. The model, as a rule. */
  readonly lane: string;
  /** Higher is served earlier. */
  readonly priority: number;
  /** Absolute; `Infinity` for none. */
  readonly deadlineMs: number;
  /** When the wait began. Who comes back after a failed attempt keeps the first one, and so its place. */
  readonly enteredMs: number;
}

/** A place in the waiting room. */
export interface Ticket<T> extends WaitingTerms {
  readonly item: T;
  /** When the wait has lasted too long or the deadline passes, whichever is first. */
  readonly expiresMs: number;
  /** Rises with each ticket: who came first among those that are equal otherwise. */
  readonly number: number;
}

/**
 * Who waits for a replica: bounded, in order of priority, then of entering. It has no clock and
 * calls nobody back; each operation takes O(log n).
 */
export class WaitingRoom<T> {
  readonly #limits: WaitingRoomLimits;
  readonly #lanes: Map<string, Heap<Ticket<T>>> = new Map();
  readonly #byExpiry: Heap<Ticket<T>> = new Heap(expiresBefore);
  #numbersGiven = 0;

  constructor(limits: WaitingRoomLimits) {
    this.#limits = limits;
  }

  /** How many wait, over all lanes. */
  get size(): number {
    return this.#byExpiry.size;
  }

  /** True when one who enters on these terms would be served before all others of the lane. */
  wouldLead({ lane, priority, enteredMs }: WaitingTerms): boolean {
    const head = this.#lanes.get(lane)?.first;
    if (head === undefined) return true;
    return priority > head.priority || (priority === head.priority && enteredMs < head.enteredMs);
  }

  /** Takes a place; `undefined` when the room is full. */
  enter(item: T, terms: WaitingTerms): Ticket<T> | undefined {
    if (this.size >= this.#limits.waitingRequestsMax) return undefined;
    const ticket: Ticket<T> = {
      ...terms,
      item,
      expiresMs: Math.min(terms.enteredMs + this.#limits.waitingMsMax, terms.deadlineMs),
      number: this.#numbersGiven++,
    };
    const lane = this.#lanes.get(terms.lane) ?? new Heap(servedBefore);
    this.#lanes.set(terms.lane, lane);
    lane.add(ticket);
    this.#byExpiry.add(ticket);
    return ticket;
  }

  /** Gives a place up, to be served or to go away; false when it was given up before. */
  leave(ticket: Ticket<T>): boolean {
    if (!this.#byExpiry.remove(ticket)) return false;
    const lane = this.#lanes.get(ticket.lane);
    lane?.remove(ticket);
    if (lane?.size === 0) this.#lanes.delete(ticket.lane);
    return true;
  }

  /** The first of each lane, in the order in which they are to be served. */
  heads(): readonly Ticket<T>[] {
    const heads: Ticket<T>[] = [];
    for (const { first } of this.#lanes.values()) if (first !== undefined) heads.push(first);
    return heads.sort((one, other) => (servedBefore(one, other) ? -1 : 1));
  }

  /** Takes out everyone whose time is up at `nowMs`, longest overdue first. */
  expire(nowMs: number): readonly Ticket<T>[] {
    const expired: Ticket<T>[] = [];
    for (;;) {
      const first = this.#byExpiry.first;
      if (first === undefined || first.expiresMs > nowMs) return expired;
      this.leave(first);
      expired.push(first);
    }
  }

  /** When `expire` will next find someone; `Infinity` when nobody waits. */
  get nextExpiryMs(): number {
    return this.#byExpiry.first?.expiresMs ?? Infinity;
  }
}

function servedBefore<T>(one: Ticket<T>, other: Ticket<T>): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  if (one.enteredMs !== other.enteredMs) return one.enteredMs < other.enteredMs;
  return one.number < other.number;
}

function expiresBefore<T>(one: Ticket<T>, other: Ticket<T>): boolean {
  if (one.expiresMs !== other.expiresMs) return one.expiresMs < other.expiresMs;
  return one.number < other.number;
}
