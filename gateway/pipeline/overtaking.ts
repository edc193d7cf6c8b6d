import type { Admission, Ticket, Verdict, WaitingRoom } from '../../routing/admission.ts';
import { Holds } from '../../routing/admission.ts';
import type { Candidate, ReplicaId } from '../../routing/replica.ts';
import type { Waiter } from './waiter.ts';
import { asksNoMore } from './waiting-terms.ts';

/** A verdict on somebody whose turn it is. */
export type TurnVerdict = Exclude<Verdict, { kind: 'wait' }>;

/** Whose turn it is in a lane. */
export interface NextTurn {
  readonly ticket: Ticket<Waiter>;
  readonly verdict: TurnVerdict;
  /** Those who stand before it and have no room. */
  readonly passed: readonly Ticket<Waiter>[];
}

/**
 * Those next in a lane who are looked at: where the first has no room, one behind it may. Each costs a look
 * at every replica, unless one before it that wants no more had no room either.
 */
const LOOK_AHEAD_REQUESTS = 16;

/**
 * Who goes before whom: where the first of a lane has no room, one behind it that has goes first. For whom those
 * of a lower priority would take the room that comes bit by bit, and for who has been passed over for too long, a
 * replica is held: it takes nobody else and empties until it fits.
 */
export class Overtaking {
  readonly #room: WaitingRoom<Waiter>;
  readonly #admission: Admission;
  readonly #holds: Holds<Ticket<Waiter>> = new Holds();
  #impatientMs = Infinity;
  readonly #isHeld = (id: ReplicaId): boolean => this.#holds.isHeld(id);

  constructor(room: WaitingRoom<Waiter>, admission: Admission) {
    this.#room = room;
    this.#admission = admission;
  }

  /**
   * True of a replica that is held for one before whom somebody of this priority does not go: for one of a higher
   * priority, of the same where it is overdue, of a lower one where that is owed its turn. Who `isFirst` though others
   * of a higher priority wait is owed its turn itself.
   */
  isClosed(id: ReplicaId, priority: number, isFirst = false): boolean {
    const holder = this.#holds.holderOf(id);
    if (holder === undefined) return false;
    if (holder.priority > priority) return !isFirst;
    return holder.priority === priority ? this.#isOverdue(holder) : this.#room.isFirst(holder);
  }

  /** The first who has room, or is to be refused, of those next in a lane; `undefined` while all of them wait. */
  next(lane: string, candidates: readonly Candidate[], nowMs: number): NextTurn | undefined {
    const passed: Ticket<Waiter>[] = [];
    const lackRoom: Ticket<Waiter>[] = [];
    for (const ticket of this.#nextIn(lane)) {
      // One replica each, so that the others stay open to those of lower priorities.
      for (const one of lackRoom) if (one.priority > ticket.priority) this.#hold(one, candidates);
      const verdict = this.#judge(ticket, passed, candidates, nowMs);
      if (verdict.kind !== 'wait') return { ticket, verdict, passed };
      this.noteWait(verdict);
      passed.push(ticket);
      if (verdict.for === 'room') lackRoom.push(ticket);
    }
    return undefined;
  }

  /** When the first of those who wait for a cache is to be looked at again though nothing happens; `Infinity` for none. */
  get impatientMs(): number {
    return this.#impatientMs;
  }

  /** Takes in that somebody waits. */
  noteWait(verdict: Extract<Verdict, { kind: 'wait' }>): void {
    if (verdict.for === 'cache') this.#impatientMs = Math.min(this.#impatientMs, verdict.untilMs);
  }

  /** Everybody is about to be looked at. */
  forgetWaits(): void {
    this.#impatientMs = Infinity;
  }

  /** One is served, past others who had no room. */
  served({ ticket, passed }: NextTurn, candidates: readonly Candidate[]): void {
    this.#holds.release(ticket);
    for (const one of passed) this.#passOver(one, ticket.tokens, candidates);
  }

  /** One waits no more; what was held for it is open again. */
  gone(ticket: Ticket<Waiter>): void {
    this.#holds.release(ticket);
  }

  /** Those for whom a replica is held, then the others in turn. */
  *#nextIn(lane: string): Generator<Ticket<Waiter>> {
    for (const ticket of this.#holds.holders()) if (ticket.lane === lane) yield ticket;
    let seen = 0;
    for (const ticket of this.#room.inOrder(lane)) {
      if (this.#holds.heldFor(ticket) !== undefined) continue;
      yield ticket;
      if (++seen === LOOK_AHEAD_REQUESTS) return;
    }
  }

  #judge(
    ticket: Ticket<Waiter>,
    passed: readonly Ticket<Waiter>[],
    candidates: readonly Candidate[],
    nowMs: number,
  ): Verdict {
    const { request } = ticket.item;
    const isHolder = this.#holds.heldFor(ticket) !== undefined;
    if (!isHolder && passed.some(({ item }) => asksNoMore(item.request, request))) return WAIT;
    return this.#admission.verdict(request, candidates, {
      nowMs,
      enteredMs: ticket.enteredMs,
      isOverdue: this.#isOverdue(ticket),
      keptTokens: this.#room.keptTokens(ticket, nowMs),
      isClosed: (id) =>
        this.#holds.heldFor(ticket) !== id &&
        this.isClosed(id, ticket.priority, this.#room.isFirst(ticket)),
    });
  }

  #passOver(ticket: Ticket<Waiter>, tokens: number, candidates: readonly Candidate[]): void {
    ticket.item.passedTokens += tokens;
    if (!this.#isOverdue(ticket)) return;
    if (this.#admission.canHoldMore(candidates, this.#isHeld)) this.#hold(ticket, candidates);
  }

  #isOverdue({ item }: Ticket<Waiter>): boolean {
    return this.#admission.isOverdue(item.request, item.passedTokens);
  }

  /** Holds a replica for one who has none, or whose own is gone. */
  #hold(ticket: Ticket<Waiter>, candidates: readonly Candidate[]): void {
    const held = this.#holds.heldFor(ticket);
    const isThere = candidates.some(
      ({ replica, state }) => replica.id === held && state === 'ready',
    );
    if (isThere) return;
    this.#holds.release(ticket);
    const id = this.#admission.toHold(ticket.item.request, candidates, this.#isHeld);
    if (id !== undefined) this.#holds.hold(id, ticket);
  }
}

const WAIT: Verdict = { kind: 'wait', for: 'room' };
