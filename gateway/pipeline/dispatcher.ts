import type {
  Admission,
  Charge,
  ShedReason,
  Ticket,
  WaitingTerms,
} from '../../routing/admission.ts';
import { responsive, WaitingRoom } from '../../routing/admission.ts';
import type { Fleet, Reservation } from '../../routing/fleet.ts';
import type { Candidate, ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import type { Decision, Router } from '../../routing/router.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import type { GatewayError } from '../generation/error.ts';
import { shed, unroutable } from './no-place.ts';
import { Overtaking } from './overtaking.ts';
import { ServedLately } from './served-lately.ts';
import type { Place, Turn, TurnWait, Waiting } from './turn.ts';
import type { Waiter } from './waiter.ts';
import { NO_WAIT, UNASKED, waitOf } from './waiter.ts';
import { termsOf } from './waiting-terms.ts';
import { WakingReservation } from './waking-reservation.ts';

export type { Place, Refusal, Turn, TurnWait, Waiting } from './turn.ts';

/** What a dispatcher decides with. */
export interface DispatcherParts {
  readonly fleet: Fleet;
  readonly router: Router;
  readonly admission: Admission;
  readonly clock: Clock;
}

/** One of those who ask, as it is answered. */
interface Asking {
  readonly terms: WaitingTerms;
  readonly nowMs: number;
  /** The fleet that the candidates are taken from. */
  readonly everyone: readonly Candidate[];
  readonly wait: TurnWait;
  /** Charges its tenant, or is the charge where that is done. */
  readonly charge: () => Charge;
}

/** Timers count in milliseconds: what is over in a part of one is over then. */
const LOOK_MS_MIN = 1;

/**
 * Binds requests to replicas: verdict, pick and reservation are one synchronous step, so that no
 * two requests take the same room. The same code serves sockets and runs on virtual time.
 */
export class Dispatcher {
  readonly #fleet: Fleet;
  #router: Router;
  readonly #admission: Admission;
  readonly #clock: Clock;
  readonly #room: WaitingRoom<Waiter>;
  readonly #overtaking: Overtaking;
  readonly #served = new ServedLately();
  #cancelExpiry: CancelTimer | undefined;
  #isServing = false;

  constructor({ fleet, router, admission, clock }: DispatcherParts) {
    this.#fleet = fleet;
    this.#router = router;
    this.#admission = admission;
    this.#clock = clock;
    this.#room = new WaitingRoom(admission.limits);
    this.#overtaking = new Overtaking(this.#room, admission);
  }

  /** Requests that wait for a turn. */
  get waitingRequests(): number {
    return this.#room.size;
  }

  /** Decides by another router from here on; who has a place keeps it. */
  follow(router: Router): void {
    this.#router = router;
    this.wake();
  }

  /** Asks for a turn. Returns a handle only where the request has to wait. */
  enter(asked: RoutingRequest, turn: Turn): Waiting | undefined {
    const nowMs = this.#clock.nowMs();
    const request = this.#withCachedTokens(asked);
    const terms = termsOf(request, nowMs);
    const waiter = this.#waiterOf(request, turn, nowMs);
    const comesFirst = this.#room.sizeOf(terms.lane) === 0;
    if (comesFirst && this.#serveAtOnce(waiter, terms, nowMs)) return undefined;
    const ticket = this.#room.enter(waiter, terms);
    waiter.lacked = this.#room.isFirst(ticket) ? 'room' : 'turn';
    if (!comesFirst) this.#serve(() => this.#serveLane(terms.lane));
    if (!waiter.isAnswered) this.#letIn(ticket, nowMs);
    if (waiter.isAnswered) return undefined;
    this.#watchExpiry();
    return {
      leave: () => this.#leave(ticket),
      wait: () => this.#waitOf(waiter, this.#clock.nowMs()),
    };
  }

  /**
   * A second place for a request whose first replica failed it: at once and past the queue, since it
   * has waited already, or `undefined` where nobody else can serve it or its time is up.
   */
  tryElsewhere(asked: RoutingRequest): Place | undefined {
    const nowMs = this.#clock.nowMs();
    if (nowMs >= asked.deadlineMs) return undefined;
    const request = this.#withCachedTokens(asked);
    const terms = termsOf(request, nowMs);
    const charge = (): Charge => this.#room.charge(terms);
    const everyone = this.#fleet.candidates(nowMs);
    const asking = { terms, nowMs, everyone, wait: NO_WAIT, charge };
    const place = this.#bind(request, responsive(request, everyone), asking);
    return 'reservation' in place ? place : undefined;
  }

  /** Takes in how many prompt tokens the engine of a place found in its cache. */
  observeCached({ replica, cachedTokens }: Place, toldTokens: number): void {
    this.#fleet.observeCached(replica.id, cachedTokens, toldTokens);
  }

  /** Asks again for everyone who waits. Called when room may have come: a release, a fleet or load change. */
  wake(): void {
    if (this.#room.size === 0) return;
    this.#serve(() => {
      this.#expire();
      this.#overtaking.forgetWaits();
      return this.#serveLanes();
    });
  }

  /** Refuses everyone who waits with `error`. */
  refuseAll(error: GatewayError): void {
    for (const ticket of this.#room.expire(this.#clock.nowMs(), Infinity)) {
      this.#refuse(ticket, error);
    }
    this.#watchExpiry();
  }

  /** Looks until nobody is served any more. Whoever asks from within an answer is looked at by the same. */
  #serve(look: () => boolean): void {
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (look());
      this.#watchExpiry();
    } finally {
      this.#isServing = false;
    }
  }

  /** Answers one whom nobody waits before; false where it has to wait. */
  #serveAtOnce(waiter: Waiter, terms: WaitingTerms, nowMs: number): boolean {
    const { request } = waiter;
    const standing = {
      nowMs,
      enteredMs: nowMs,
      keptTokens: this.#room.keptTokens(terms, nowMs),
      isClosed: (id: ReplicaId) => this.#overtaking.isClosed(id, terms.priority),
    };
    const candidates = this.#fleet.candidates(nowMs);
    const verdict = this.#admission.verdict(request, candidates, standing);
    if (verdict.kind === 'wait') {
      this.#overtaking.noteWait(verdict);
      return false;
    }
    const msPerToken = this.#room.paceOf(terms.lane).msPerToken(nowMs);
    if (this.#admission.isHopeless(request, candidates, { nowMs, waitMs: 0, msPerToken })) {
      waiter.turn.refused(this.#shed('deadline-hopeless', terms, nowMs), UNASKED);
    } else if (verdict.kind === 'admit') {
      const charge = (): Charge => this.#room.charge(terms);
      const asking = { terms, nowMs, everyone: candidates, wait: NO_WAIT, charge };
      this.#grant(waiter, verdict.candidates, asking);
    } else {
      waiter.turn.refused(this.#shed(verdict.reason, terms, nowMs), UNASKED);
    }
    return true;
  }

  /** One look at each lane; true when someone was served, so that another may have its turn. */
  #serveLanes(): boolean {
    let served = false;
    for (const lane of this.#room.lanes()) if (this.#serveLane(lane)) served = true;
    return served;
  }

  /** Serves the first who has room of those next in a lane; false when none has. */
  #serveLane(lane: string): boolean {
    const nowMs = this.#clock.nowMs();
    this.#room.passTime(nowMs);
    const candidates = this.#fleet.candidates(nowMs);
    const turn = this.#overtaking.next(lane, candidates, nowMs);
    if (turn === undefined) return false;
    const { ticket, verdict } = turn;
    // An answer that is cut off at its deadline is worth nothing, and would cost others theirs.
    const msPerToken = this.#room.paceOf(lane).msPerToken(nowMs);
    const { request } = ticket.item;
    const isTooLate = this.#admission.isTooLate(request, candidates, { nowMs, msPerToken });
    if (verdict.kind === 'shed' || isTooLate) {
      const reason = verdict.kind === 'shed' ? verdict.reason : 'deadline-hopeless';
      this.#room.leave(ticket, nowMs);
      this.#refuse(ticket, this.#shed(reason, ticket, nowMs));
      return true;
    }
    this.#overtaking.served(turn, candidates);
    const charge = this.#room.serve(ticket, nowMs);
    const wait = this.#waitOf(ticket.item, nowMs);
    const asking = { terms: ticket, nowMs, everyone: candidates, wait, charge: () => charge };
    if (!this.#grant(ticket.item, verdict.candidates, asking)) charge.settle(0);
    return true;
  }

  /** Binds a request and tells it; false where nobody can take it. */
  #grant(waiter: Waiter, candidates: readonly Candidate[], asking: Asking): boolean {
    waiter.isAnswered = true;
    const { request, turn } = waiter;
    const bound = this.#bind(request, candidates, asking);
    if ('reservation' in bound) {
      turn.granted(bound);
      return true;
    }
    turn.refused(unroutable(request, bound.filter, this.#fleet), { ...bound, wait: asking.wait });
    return false;
  }

  #refuse(ticket: Ticket<Waiter>, error: GatewayError): void {
    this.#overtaking.gone(ticket);
    const { item } = ticket;
    item.isAnswered = true;
    const wait = this.#waitOf(item, this.#clock.nowMs());
    item.turn.refused(error, { wait, receipt: undefined });
  }

  #shed(reason: ShedReason, { lane }: WaitingTerms, nowMs: number): GatewayError {
    const drainMs = this.#room.msToDrain(lane, nowMs);
    return shed(reason, this.#admission.retryAfterMs(drainMs));
  }

  #bind(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    { terms, nowMs, everyone, wait, charge }: Asking,
  ): Place | Extract<Decision, { kind: 'unroutable' }> {
    const decision = this.#router.route(request, candidates, everyone);
    if (decision.kind === 'unroutable') return decision;
    this.#served.note(request.requestId);
    const { replica, receipt } = decision;
    const cachedTokens = request.cached?.at(replica.id) ?? 0;
    const { promptTokens, expectedOutputTokens, outlook, blockHashes } = request;
    const open = { promptTokens, cachedTokens, expectedOutputTokens, outlook, blockHashes, nowMs };
    const reserved = this.#fleet.reserve(replica.id, open);
    const ended = this.#follow(reserved, terms, charge());
    return {
      replica,
      receipt,
      reservation: new WakingReservation(reserved, { madeRoom: () => this.wake(), ended }),
      queueWaitMs: wait.ms,
      wait,
      cachedTokens,
    };
  }

  #waiterOf(request: RoutingRequest, turn: Turn, enteredMs: number): Waiter {
    const { size } = this.#room;
    const { requests } = this.#served;
    const met = { lacked: 'room', waitingRequests: size, servedBefore: requests } as const;
    return { request, turn, passedTokens: 0, isAnswered: false, enteredMs, ...met };
  }

  #waitOf(waiter: Waiter, nowMs: number): TurnWait {
    return waitOf(waiter, nowMs, this.#served);
  }

  /** While a request runs it shows the pace of its lane; at its end it is charged for what it was. */
  #follow(
    reserved: Reservation,
    { lane }: WaitingTerms,
    charge: Charge,
  ): (outputTokens: number | undefined) => void {
    const pace = this.#room.paceOf(lane);
    pace.follow(reserved);
    return (outputTokens) => {
      pace.leave(reserved);
      // Who was given no answer was served nothing.
      charge.settle(outputTokens === undefined ? 0 : reserved.promptTokens + outputTokens);
    };
  }

  /** A prompt that shares nothing goes on as it is. */
  #withCachedTokens(request: RoutingRequest): RoutingRequest {
    const cached = this.#fleet.cachedTokens(request);
    return cached === undefined ? request : { ...request, cached };
  }

  /** Lets one who found no room stay, or refuses it at once where waiting would lead to nothing. */
  #letIn(ticket: Ticket<Waiter>, nowMs: number): void {
    const reason = this.#refusal(ticket, nowMs);
    if (reason === undefined) return;
    this.#room.leave(ticket, nowMs);
    this.#refuse(ticket, this.#shed(reason, ticket, nowMs));
  }

  #refusal(ticket: Ticket<Waiter>, nowMs: number): ShedReason | undefined {
    const { request } = ticket.item;
    const candidates = this.#fleet.candidates(nowMs);
    const { overfull } = this.#room;
    const msPerToken = this.#room.paceOf(ticket.lane).msPerToken(nowMs);
    const refusal = (waitMs: number | undefined): ShedReason | undefined =>
      this.#admission.refusal(request, candidates, { nowMs, overfull, waitMs, msPerToken });
    // Most would be served in time behind everyone, and need not be told who is before them.
    if (refusal(this.#room.msToDrain(ticket.lane, nowMs)) === undefined) return undefined;
    return refusal(this.#room.msUntilTurn(ticket, nowMs));
  }

  #leave(ticket: Ticket<Waiter>): void {
    if (!this.#room.leave(ticket, this.#clock.nowMs())) return;
    this.#overtaking.gone(ticket);
    this.#watchExpiry();
    // It may have been the one that held up those behind it.
    this.wake();
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs();
    for (const ticket of this.#room.expire(nowMs)) {
      const isPast = nowMs >= ticket.deadlineMs;
      const reason = isPast ? 'deadline-passed' : 'sojourn-exceeded';
      this.#refuse(ticket, this.#shed(reason, ticket, nowMs));
    }
  }

  /** Wakes when somebody's time is up, or what it waits for is no longer worth it: neither is an event of the fleet. */
  #watchExpiry(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    const { nextExpiryMs } = this.#room;
    const { impatientMs } = this.#overtaking;
    if (this.#room.size === 0 || Math.min(nextExpiryMs, impatientMs) === Infinity) return;
    const nowMs = this.#clock.nowMs();
    const delayMs = Math.min(nextExpiryMs - nowMs, Math.max(impatientMs - nowMs, LOOK_MS_MIN));
    this.#cancelExpiry = this.#clock.after(Math.max(delayMs, 0), () => this.wake());
  }
}
