import { isEligible } from './policies/catalog.ts';
import { prefillSeconds, uncachedTokens } from './prefill.ts';
import type { Candidate, ReplicaId } from './replica.ts';
import type { RoutingRequest } from './request.ts';
import { serviceMs } from './service-time.ts';
import type { WaitingBound, WaitingRoomLimits } from './structures/waiting-room.ts';

export { Holds } from './structures/holds.ts';
export { WaitingRoom } from './structures/waiting-room.ts';
export type { Charge, Ticket, WaitingTerms } from './structures/waiting-room.ts';

/**
 * `late-binding` holds a request back until a replica has head-room for it; `pass-through` hands
 * each one on at once.
 */
export type AdmissionMode = 'late-binding' | 'pass-through';

/** How long requests may wait, how many, and how much is sent to a replica ahead of its work. */
export interface AdmissionLimits extends WaitingRoomLimits {
  readonly mode: AdmissionMode;
  /** Uncomputed prompt tokens out at one replica, about one prefill step. */
  readonly prefillTokensMax?: number | undefined;
}

/** What may happen to a request at this moment. All are expected outcomes. */
export type Verdict =
  /** It may go to one of `candidates`, a list that is valid until the next verdict. */
  | { readonly kind: 'admit'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'wait'; readonly for: 'room' }
  /** For the replica that has its prompt in the cache, and no longer than that, whatever happens. */
  | { readonly kind: 'wait'; readonly for: 'cache'; readonly untilMs: number }
  | { readonly kind: 'shed'; readonly reason: ShedReason };

/** The bound that a shed request met. */
export type ShedReason =
  /** As many requests, bytes or prompt tokens wait as may. */
  | 'queue-full'
  | 'queue-bytes-full'
  | 'queue-tokens-full'
  /** It would wait longer than anyone may, or past its deadline. */
  | 'queue-too-long'
  | 'deadline-hopeless'
  /** It has. */
  | 'sojourn-exceeded'
  | 'deadline-passed';

/** Where a request stands while it asks. */
export interface Standing {
  readonly nowMs: number;
  /** When it came. */
  readonly enteredMs: number;
  /** It has been passed over for as long as one may be: it takes what room there is beside `keptTokens`. */
  readonly isOverdue?: boolean;
  /** KV tokens that it leaves free at a replica, up to a quarter of it; none where it is left out. */
  readonly keptTokens?: number;
  /** True of replicas that are held for somebody else. */
  readonly isClosed?: (id: ReplicaId) => boolean;
}

/** What a request would join if it were let in to wait. */
export interface Outlook {
  readonly nowMs: number;
  /** The bound of the waiting room that is passed with it. */
  readonly overfull: WaitingBound | undefined;
  /** How long it will wait; `undefined` while no pace is known. */
  readonly waitMs: number | undefined;
  /** Time that a stream takes for a token; `undefined` while that is not known. */
  readonly msPerToken: number | undefined;
}

/** SGLang's chunk of a prefill step, and the step's token budget of vLLM for an 8k model. */
const PREFILL_TOKENS_MAX = 8192;

/**
 * Tokens that may pass over one who finds no room: as many as its own, and a prefill step at least. So it
 * loses about the time that it takes itself, and those behind it lose next to nothing.
 */
const PASSING_TOKENS_MIN = PREFILL_TOKENS_MAX;

/** Answers take so much longer or shorter than they do on average: what is let in shall keep its deadline. */
const SERVICE_MARGIN = 1.25;

/** Part of the fleet that is held for those who were passed over, and one replica at least. */
const HELD_SHARE_MAX = 0.25;

/** Part of the KV of a replica that is kept for higher priorities, at most. */
const KEPT_SHARE_MAX = 0.25;

/** A client that is told less comes back before anything can have changed; HTTP counts in seconds. */
const RETRY_AFTER_MS_MIN = 1000;
/** A client that is told more has gone away. */
const RETRY_AFTER_MS_MAX = 60_000;

const FULL: Readonly<Record<WaitingBound, ShedReason>> = {
  requests: 'queue-full',
  bytes: 'queue-bytes-full',
  tokens: 'queue-tokens-full',
};

/** Says whether a request may run, and when: by the head-room of the replicas that can serve it. */
export class Admission {
  readonly limits: AdmissionLimits;
  readonly #prefillTokensMax: number;
  readonly #roomy: Candidate[] = [];

  constructor(limits: AdmissionLimits) {
    this.limits = limits;
    this.#prefillTokensMax = limits.prefillTokensMax ?? PREFILL_TOKENS_MAX;
  }

  /** Judges a request whose turn it is. */
  verdict(request: RoutingRequest, candidates: readonly Candidate[], standing: Standing): Verdict {
    const reason = this.#boundMet(request, standing);
    if (reason !== undefined) return { kind: 'shed', reason };
    if (this.limits.mode === 'pass-through') {
      return { kind: 'admit', candidates: responsive(request, candidates) };
    }
    const canServe = this.#findRoom(request, candidates, standing);
    // Nobody can serve it, whatever the load: waiting would not help, and the router says why.
    if (!canServe) return { kind: 'admit', candidates };
    if (this.#roomy.length === 0) return { kind: 'wait', for: 'room' };
    const untilMs = this.#waitsForHolderUntilMs(request, candidates, standing);
    if (standing.nowMs < untilMs) return { kind: 'wait', for: 'cache', untilMs };
    return { kind: 'admit', candidates: this.#roomy };
  }

  /** Why one who finds no room is not let in to wait; `undefined` lets it in. */
  refusal(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    outlook: Outlook,
  ): ShedReason | undefined {
    const { overfull, waitMs = 0 } = outlook;
    if (overfull !== undefined) return FULL[overfull];
    if (waitMs > this.limits.waitingMsMax) return 'queue-too-long';
    return this.isHopeless(request, candidates, outlook) ? 'deadline-hopeless' : undefined;
  }

  /**
   * True where its answer would not be whole at its deadline. Nobody is refused for what is not known,
   * nor where a replica stands idle, nor by a gateway that hands everything on.
   */
  isHopeless(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    outlook: Omit<Outlook, 'overfull'>,
  ): boolean {
    return this.#endsLate(request, candidates, outlook, SERVICE_MARGIN);
  }

  /**
   * The same of one that was let in to wait and whose turn it is, by what is expected and no more: were it as wary as
   * before, a wait that is a little longer than foreseen would be for nothing.
   */
  isTooLate(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    outlook: Pick<Outlook, 'nowMs' | 'msPerToken'>,
  ): boolean {
    return this.#endsLate(request, candidates, { ...outlook, waitMs: 0 }, 1);
  }

  /** Whether its answer, taken to last `margin` times as long as expected, ends after its deadline. */
  #endsLate(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    { nowMs, waitMs = 0, msPerToken }: Omit<Outlook, 'overfull'>,
    margin: number,
  ): boolean {
    const leftMs = request.deadlineMs - nowMs;
    if (leftMs === Infinity || this.limits.mode === 'pass-through') return false;
    if (msPerToken === undefined) return waitMs > leftMs;
    let soonestMs = Infinity;
    for (const candidate of candidates) {
      if (!isEligible(request, candidate)) continue;
      if (candidate.inFlight.requests === 0) return waitMs > leftMs;
      soonestMs = Math.min(soonestMs, serviceMs(request, candidate, msPerToken));
    }
    return waitMs + margin * soonestMs > leftMs;
  }

  /** When a request that was shed may come back: once those who wait have been served. */
  retryAfterMs(drainMs: number | undefined): number {
    return Math.min(Math.max(drainMs ?? 0, RETRY_AFTER_MS_MIN), RETRY_AFTER_MS_MAX);
  }

  /** True once so many tokens have passed over a request that has no room. */
  isOverdue({ promptTokens, expectedOutputTokens }: RoutingRequest, passedTokens: number): boolean {
    return passedTokens >= Math.max(promptTokens + expectedOutputTokens, PASSING_TOKENS_MIN);
  }

  /** True while more replicas may be held for those who are overdue. */
  canHoldMore(candidates: readonly Candidate[], isHeld: (id: ReplicaId) => boolean): boolean {
    const held = candidates.reduce((sum, { replica }) => sum + Number(isHeld(replica.id)), 0);
    return held < Math.max(Math.floor(HELD_SHARE_MAX * candidates.length), 1);
  }

  /** Whom to hold for a request: who will have room first, of those that nobody holds. */
  toHold(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    isHeld: (id: ReplicaId) => boolean,
  ): ReplicaId | undefined {
    let soonest: { readonly id: ReplicaId; readonly lack: number; readonly seconds: number } =
      NOBODY;
    for (const candidate of candidates) {
      if (isHeld(candidate.replica.id) || !isEligible(request, candidate)) continue;
      const lack = lackingTokens(request, candidate);
      const seconds = prefillSeconds(request, candidate);
      const isSooner = lack < soonest.lack || (lack === soonest.lack && seconds < soonest.seconds);
      if (isSooner) soonest = { id: candidate.replica.id, lack, seconds };
    }
    return soonest === NOBODY ? undefined : soonest.id;
  }

  #boundMet({ deadlineMs }: RoutingRequest, standing: Standing): ShedReason | undefined {
    const { nowMs, enteredMs } = standing;
    if (nowMs >= deadlineMs) return 'deadline-passed';
    return nowMs - enteredMs >= this.limits.waitingMsMax ? 'sojourn-exceeded' : undefined;
  }

  /** Fills `#roomy`; returns whether anyone could serve the request at all. */
  #findRoom(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    { isClosed, keptTokens = 0 }: Standing,
  ): boolean {
    const roomy = this.#roomy;
    let count = 0;
    let canServe = false;
    for (const candidate of candidates) {
      if (!isEligible(request, candidate)) continue;
      canServe = true;
      if (isClosed?.(candidate.replica.id) === true) continue;
      if (this.#hasRoom(request, candidate, keptTokens)) roomy[count++] = candidate;
    }
    roomy.length = count;
    return canServe;
  }

  #hasRoom(request: RoutingRequest, candidate: Candidate, keptTokens: number): boolean {
    if (candidate.isQuiet || candidate.inFlight.requests >= candidate.requestsMax) return false;
    // Never idle while work waits, however large the work is.
    if (candidate.inFlight.requests === 0) return true;
    return this.#prefillsSoon(request, candidate) && hasMemory(request, candidate, keptTokens);
  }

  #prefillsSoon(request: RoutingRequest, candidate: Candidate): boolean {
    const { prefillTokens } = candidate.inFlight;
    const withIt = prefillTokens + uncachedTokens(request, candidate);
    return prefillTokens === 0 || withIt <= this.#prefillTokensMax;
  }

  /**
   * Until when it is sooner to wait for a replica that has the prompt in its cache, and only computes
   * another just now, than to compute it again where there is room. Who has waited for as long as that
   * would have taken waits no more: nobody loses more than once the time of its prefill.
   */
  #waitsForHolderUntilMs(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    { enteredMs, isOverdue = false, keptTokens = 0 }: Standing,
  ): number {
    if (request.cached === undefined || isOverdue) return enteredMs;
    const atOnce = soonestPrefill(request, this.#roomy);
    const holders = candidates.filter(
      (candidate) => isEligible(request, candidate) && hasMemory(request, candidate, keptTokens),
    );
    return enteredMs + 1_000 * (atOnce - soonestPrefill(request, holders));
  }
}

/** Those that do not owe an answer, or all where none of these can serve the request. */
export function responsive(
  request: RoutingRequest,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  if (!candidates.some(({ isQuiet }) => isQuiet)) return candidates;
  const others = candidates.filter(({ isQuiet }) => !isQuiet);
  return others.some((candidate) => isEligible(request, candidate)) ? others : candidates;
}

const NOBODY = { id: '', lack: Infinity, seconds: Infinity };

/** Its KV cache never runs over if everyone runs to the expected end, and its batch is not full. */
function hasMemory(request: RoutingRequest, candidate: Candidate, keptTokens: number): boolean {
  const { inFlight, others, load } = candidate;
  const requests = inFlight.requests + others.requests + 1;
  if (requests > (load?.runningRequestsMax ?? Infinity)) return false;
  const roomTokens = kvRoomTokens(candidate);
  if (roomTokens === Infinity) return true;
  return inFlight.kvFits(
    uncachedTokens(request, candidate),
    request.expectedOutputTokens,
    roomTokens - Math.min(keptTokens, KEPT_SHARE_MAX * roomTokens),
  );
}

/** KV tokens by which the peak would pass the capacity, for a price; 0 where it fits. */
function lackingTokens(request: RoutingRequest, candidate: Candidate): number {
  const roomTokens = kvRoomTokens(candidate);
  if (roomTokens === Infinity) return 0;
  const uncached = uncachedTokens(request, candidate);
  const peak = candidate.inFlight.kvTokensPeakWith(uncached, request.expectedOutputTokens);
  return Math.max(peak - roomTokens, 0);
}

/** How large the KV of our own may become with one more request; `Infinity` where that is not told. */
function kvRoomTokens({ inFlight, others, replica }: Candidate): number {
  if (replica.kvCapacityTokens === undefined) return Infinity;
  // A request's last block is full only by chance.
  const blockLoss = (inFlight.requests + 1) * (replica.kvBlockTokens - 1);
  return replica.kvCapacityTokens - blockLoss - others.kvTokens;
}

function soonestPrefill(request: RoutingRequest, candidates: readonly Candidate[]): number {
  let soonest = Infinity;
  for (const candidate of candidates) {
    soonest = Math.min(soonest, prefillSeconds(request, candidate));
  }
  return soonest;
}
