import type {
  Admission,
  Standing,
  Ticket,
  Verdict,
  WaitingTerms,
} from '../../routing/admission.ts';
import { WaitingRoom } from '../../routing/admission.ts';
import type { Fleet, Reservation } from '../../routing/fleet.ts';
import type { Candidate, Replica } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import type { Decision, Receipt, Router } from '../../routing/router.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import type { GatewayError } from '../generation/error.ts';
import { shed, unroutable } from './no-place.ts';
import type { Served } from './served-lately.ts';
import { ServedLately } from './served-lately.ts';

/** How a request waited for its turn. */
export interface TurnWait {
  readonly ms: number;
  /** What it lacked when it came: its turn, since others stood before it, or room on a replica. */
  readonly lacked: 'turn' | 'room' | undefined;
  /** Requests that waited when it came. */
  readonly waitingRequests: number;
  /** Who was given a place while it waited. */
  readonly served: Served;
}

/** A reserved place at a replica. */
export interface Place {
  readonly replica: Replica;
  readonly receipt: Receipt;
  /** Its first token and its release make room, and who waits is asked again. */
  readonly reservation: Reservation;
  readonly queueWaitMs: number;
  readonly wait: TurnWait;
  /** Prompt tokens that the replica is taken to have in its cache. */
  readonly cachedTokens: number;
}

/** Told once what became of a request's turn; within `enter` itself where nothing has to be waited for. */
export interface Turn {
  granted(place: Place): void;
  refused(error: GatewayError, refusal: Refusal): void;
}

/** What is known of a turn that was not given. */
export interface Refusal {
  readonly wait: TurnWait;
  /** Why nobody could take it; `undefined` where no replica was looked for. */
  readonly receipt: Receipt | undefined;
}

/** Somebody who waits. */
export interface Waiting {
  /** Gives the turn up; its `Turn` hears nothing more. */
  leave(): void;
  /** How it has waited so far. */
  wait(): TurnWait;
}

/** What a dispatcher decides with. */
export interface DispatcherParts {
  readonly fleet: Fleet;
  readonly router: Router;
  readonly admission: Admission;
  readonly clock: Clock;
}

interface Waiter {
  readonly request: RoutingRequest;
  readonly turn: Turn;
  readonly enteredMs: number;
  /** What it met when it came. */
  readonly lacked: 'turn' | 'room';
  readonly waitingRequests: number;
  readonly servedBefore: number;
}

/**
 * Binds requests to replicas: verdict, pick and reservation are one synchronous step, so that no
 * two requests take the same room. The same code serves sockets and runs on virtual time.
 */
export class Dispatcher {
  readonly #fleet: Fleet;
  readonly #router: Router;
  readonly #admission: Admission;
  readonly #clock: Clock;
  readonly #room: WaitingRoom<Waiter>;
  readonly #served = new ServedLately();
  /** The fleet that the last verdict was made on. */
  #everyone: readonly Candidate[] = [];
  #cancelExpiry: CancelTimer | undefined;
  #isWaking = false;

  constructor({ fleet, router, admission, clock }: DispatcherParts) {
    this.#fleet = fleet;
    this.#router = router;
    this.#admission = admission;
    this.#clock = clock;
    this.#room = new WaitingRoom(admission.limits);
  }

  /** Requests that wait for a turn. */
  get waitingRequests(): number {
    return this.#room.size;
  }

  /** Asks for a turn. Returns a handle only where the request has to wait. */
  enter(asked: RoutingRequest, turn: Turn): Waiting | undefined {
    const nowMs = this.#clock.nowMs();
    const request = this.#withCachedTokens(asked);
    const terms = termsOf(request, nowMs);
    const isNext = this.#room.wouldLead(terms);
    const waitingRequests = this.#room.size;
    const verdict = this.#judge(request, { nowMs, enteredMs: undefined, isNext, waitingRequests });
    const waiter: Waiter = {
      request,
      turn,
      enteredMs: nowMs,
      lacked: isNext ? 'room' : 'turn',
      waitingRequests,
      servedBefore: this.#served.requests,
    };
    if (verdict.kind !== 'wait') {
      this.#answer(waiter, verdict, nowMs);
      return undefined;
    }
    const ticket = this.#room.enter(waiter, terms);
    if (ticket === undefined) {
      turn.refused(shed('queue-full', 0), {
        wait: this.#waitOf(waiter, nowMs),
        receipt: undefined,
      });
      return undefined;
    }
    this.#watchExpiry();
    return {
      leave: () => this.#leave(ticket),
      wait: () => this.#waitOf(waiter, this.#clock.nowMs()),
    };
  }

  /**
   * A second place for a request whose first replica failed it: at once and past the queue, since it
   * has waited already, or `undefined` where nobody else can serve it.
   */
  tryElsewhere(asked: RoutingRequest): Place | undefined {
    const nowMs = this.#clock.nowMs();
    const request = this.#withCachedTokens(asked);
    this.#everyone = this.#fleet.candidates(nowMs);
    const place = this.#bind(request, this.#everyone, nowMs, NO_WAIT);
    return 'reservation' in place ? place : undefined;
  }

  /** Takes in how many prompt tokens the engine of a place found in its cache. */
  observeCached({ replica, cachedTokens }: Place, toldTokens: number): void {
    this.#fleet.observeCached(replica.id, cachedTokens, toldTokens);
  }

  /** Asks again for everyone who waits. Called when room may have come: a release, a fleet or load change. */
  wake(): void {
    if (this.#isWaking || this.#room.size === 0) return;
    this.#isWaking = true;
    try {
      this.#expire();
      while (this.#serveHeads());
      this.#watchExpiry();
    } finally {
      this.#isWaking = false;
    }
  }

  /** Refuses everyone who waits with `error`. */
  refuseAll(error: GatewayError): void {
    const nowMs = this.#clock.nowMs();
    for (const { item } of this.#room.expire(Infinity)) {
      item.turn.refused(error, { wait: this.#waitOf(item, nowMs), receipt: undefined });
    }
    this.#watchExpiry();
  }

  /** One look at the head of each lane; true when someone was served, so that a new head may stand there. */
  #serveHeads(): boolean {
    let served = false;
    for (const ticket of this.#room.heads()) {
      const nowMs = this.#clock.nowMs();
      const waiter = ticket.item;
      const verdict = this.#judge(waiter.request, {
        nowMs,
        enteredMs: waiter.enteredMs,
        isNext: true,
        waitingRequests: this.#room.size,
      });
      if (verdict.kind === 'wait') continue;
      if (!this.#room.leave(ticket)) continue;
      this.#answer(waiter, verdict, nowMs);
      served = true;
    }
    return served;
  }

  #judge(request: RoutingRequest, standing: Standing): Verdict {
    this.#everyone = this.#fleet.candidates(standing.nowMs);
    return this.#admission.verdict(request, this.#everyone, standing);
  }

  #answer(waiter: Waiter, verdict: Exclude<Verdict, { kind: 'wait' }>, nowMs: number): void {
    const { request, turn } = waiter;
    const wait = this.#waitOf(waiter, nowMs);
    if (verdict.kind === 'shed') {
      turn.refused(shed(verdict.reason, verdict.retryAfterMs), { wait, receipt: undefined });
      return;
    }
    const bound = this.#bind(request, verdict.candidates, nowMs, wait);
    if ('reservation' in bound) turn.granted(bound);
    else turn.refused(unroutable(request, bound.filter, this.#fleet), { ...bound, wait });
  }

  #waitOf({ enteredMs, lacked, waitingRequests, servedBefore }: Waiter, nowMs: number): TurnWait {
    if (nowMs === enteredMs) return NO_WAIT;
    const served = this.#served.since(servedBefore);
    return { ms: nowMs - enteredMs, lacked, waitingRequests, served };
  }

  /** Reserves where the router says; tells who is to blame where it finds nobody. */
  #bind(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    nowMs: number,
    wait: TurnWait,
  ): Place | Extract<Decision, { kind: 'unroutable' }> {
    const decision = this.#router.route(request, candidates, this.#everyone);
    if (decision.kind === 'unroutable') return decision;
    this.#served.note(request.requestId);
    const { replica, receipt } = decision;
    const cachedTokens = request.cached?.at(replica.id) ?? 0;
    const { promptTokens, expectedOutputTokens, outlook, blockHashes } = request;
    const open = { promptTokens, cachedTokens, expectedOutputTokens, outlook, blockHashes, nowMs };
    const reserved = this.#fleet.reserve(replica.id, open);
    return {
      replica,
      receipt,
      reservation: new WakingReservation(reserved, () => this.wake()),
      queueWaitMs: wait.ms,
      wait,
      cachedTokens,
    };
  }

  /** A prompt that shares nothing goes on as it is. */
  #withCachedTokens(request: RoutingRequest): RoutingRequest {
    const cached = this.#fleet.cachedTokens(request);
    return cached === undefined ? request : { ...request, cached };
  }

  #leave(ticket: Ticket<Waiter>): void {
    if (!this.#room.leave(ticket)) return;
    this.#watchExpiry();
    // It may have been the head that held up those behind it.
    this.wake();
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs();
    for (const { item } of this.#room.expire(nowMs)) {
      const verdict = this.#judge(item.request, {
        nowMs,
        enteredMs: item.enteredMs,
        isNext: false,
        waitingRequests: this.#room.size,
      });
      this.#answer(item, verdict.kind === 'wait' ? EXPIRED : verdict, nowMs);
    }
  }

  #watchExpiry(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    const { nextExpiryMs } = this.#room;
    if (nextExpiryMs === Infinity) return;
    const delayMs = Math.max(nextExpiryMs - this.#clock.nowMs(), 0);
    this.#cancelExpiry = this.#clock.after(delayMs, () => this.wake());
  }
}

const NO_WAIT: TurnWait = {
  ms: 0,
  lacked: undefined,
  waitingRequests: 0,
  served: { requests: 0, lastIds: [] },
};

const EXPIRED: Verdict & { readonly kind: 'shed' } = {
  kind: 'shed',
  reason: 'sojourn-exceeded',
  retryAfterMs: 0,
};

/** Requests that the same replicas can serve wait in one lane: others may have room meanwhile. */
function termsOf(
  { model, engine = '', priority, deadlineMs }: RoutingRequest,
  enteredMs: number,
): WaitingTerms {
  return { lane: `${engine} ${model}`, priority, deadlineMs, enteredMs };
}

/** A reservation that lets those who wait know when it makes room. */
class WakingReservation implements Reservation {
  readonly #reserved: Reservation;
  readonly #wake: () => void;

  constructor(reserved: Reservation, wake: () => void) {
    this.#reserved = reserved;
    this.#wake = wake;
  }

  get replicaId(): string {
    return this.#reserved.replicaId;
  }

  get promptTokens(): number {
    return this.#reserved.promptTokens;
  }

  get outputTokens(): number {
    return this.#reserved.outputTokens;
  }

  set outputTokens(tokens: number) {
    this.#reserved.outputTokens = tokens;
  }

  firstToken(): void {
    this.#reserved.firstToken();
    this.#wake();
  }

  release(): boolean {
    const released = this.#reserved.release();
    if (released) this.#wake();
    return released;
  }
}
