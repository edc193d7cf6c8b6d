import { eligibility } from './policies/catalog.ts';
import { prefillSeconds, uncachedTokens } from './prefill.ts';
import type { Candidate } from './replica.ts';
import type { RoutingRequest } from './request.ts';
import { DrainRate } from './structures/drain-rate.ts';

export { WaitingRoom } from './structures/waiting-room.ts';
export type { Ticket, WaitingTerms } from './structures/waiting-room.ts';

/**
 * `late-binding` holds a request back until a replica has head-room for it; `pass-through` hands
 * each one on at once.
 */
export type AdmissionMode = 'late-binding' | 'pass-through';

/** How long requests may wait, how many, and how much is sent to a replica ahead of its work. */
export interface AdmissionLimits {
  readonly mode: AdmissionMode;
  readonly waitingRequestsMax: number;
  readonly waitingMsMax: number;
  /** Uncomputed prompt tokens out at one replica, about one prefill step. */
  readonly prefillTokensMax?: number | undefined;
}

/** What may happen to a request at this moment. All are expected outcomes. */
export type Verdict =
  /** It may go to one of `candidates`, a list that is valid until the next verdict. */
  | { readonly kind: 'admit'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'wait' }
  | { readonly kind: 'shed'; readonly reason: ShedReason; readonly retryAfterMs: number };

/** The bound that a shed request met. */
export type ShedReason = 'queue-full' | 'sojourn-exceeded' | 'deadline-hopeless';

/** Where a request stands while it asks. */
export interface Standing {
  readonly nowMs: number;
  /** When it entered the waiting room; `undefined` when it has just come. */
  readonly enteredMs: number | undefined;
  /** True when nobody in the waiting room is to be served before it. */
  readonly isNext: boolean;
  /** How many others wait. */
  readonly waitingRequests: number;
}

/** SGLang's chunk of a prefill step, and the step's token budget of vLLM for an 8k model. */
const PREFILL_TOKENS_MAX = 8192;

/** A client that is told less comes back before anything can have changed; HTTP counts in seconds. */
const RETRY_AFTER_MS_MIN = 1000;
/** A client that is told more has gone away. */
const RETRY_AFTER_MS_MAX = 60_000;

/** Says whether a request may run, and when: by the head-room of the replicas that can serve it. */
export class Admission {
  readonly limits: AdmissionLimits;
  readonly #prefillTokensMax: number;
  readonly #drainRate: DrainRate = new DrainRate();
  readonly #roomy: Candidate[] = [];

  constructor(limits: AdmissionLimits) {
    this.limits = limits;
    this.#prefillTokensMax = limits.prefillTokensMax ?? PREFILL_TOKENS_MAX;
  }

  /** Judges a request that has just come, or the next of those that wait. */
  verdict(request: RoutingRequest, candidates: readonly Candidate[], standing: Standing): Verdict {
    const reason = this.#boundMet(request, standing);
    if (reason !== undefined) return this.#shed(reason, standing);
    if (this.limits.mode === 'pass-through') return this.#admit(candidates, standing);
    const canServe = this.#findRoom(request, candidates);
    // Nobody can serve it, whatever the load: waiting would not help, and the router says why.
    if (!canServe) return { kind: 'admit', candidates };
    if (
      standing.isNext &&
      this.#roomy.length > 0 &&
      !this.#waitsForHolder(request, candidates, standing)
    ) {
      return this.#admit(this.#roomy, standing);
    }
    if (standing.enteredMs === undefined) return this.#letIn(standing);
    return { kind: 'wait' };
  }

  #boundMet({ deadlineMs }: RoutingRequest, standing: Standing): ShedReason | undefined {
    const { nowMs, enteredMs } = standing;
    if (nowMs >= deadlineMs) return 'deadline-hopeless';
    if (enteredMs !== undefined && nowMs - enteredMs >= this.limits.waitingMsMax) {
      return 'sojourn-exceeded';
    }
    return undefined;
  }

  /** Fills `#roomy`; returns whether anyone could serve the request at all. */
  #findRoom(request: RoutingRequest, candidates: readonly Candidate[]): boolean {
    this.#roomy.length = 0;
    let canServe = false;
    for (const candidate of candidates) {
      if (!isEligible(request, candidate)) continue;
      canServe = true;
      if (this.#hasRoom(request, candidate)) this.#roomy.push(candidate);
    }
    return canServe;
  }

  #hasRoom(request: RoutingRequest, candidate: Candidate): boolean {
    // Never idle while work waits, however large the work is.
    if (candidate.inFlight.requests === 0) return true;
    return this.#prefillsSoon(request, candidate) && hasMemory(request, candidate);
  }

  #prefillsSoon(request: RoutingRequest, candidate: Candidate): boolean {
    const { prefillTokens } = candidate.inFlight;
    const withIt = prefillTokens + uncachedTokens(request, candidate);
    return prefillTokens === 0 || withIt <= this.#prefillTokensMax;
  }

  /**
   * True when it is sooner to wait for a replica that has the prompt in its cache, and only computes
   * another just now, than to compute it again where there is room. Who has waited for as long as that
   * would have taken waits no more: nobody loses more than once the time of its prefill.
   */
  #waitsForHolder(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    { nowMs, enteredMs = nowMs }: Standing,
  ): boolean {
    if (request.cached === undefined) return false;
    const atOnce = soonestPrefill(request, this.#roomy);
    const holders = candidates.filter(
      (candidate) => isEligible(request, candidate) && hasMemory(request, candidate),
    );
    const waited = (nowMs - enteredMs) / 1000;
    return waited + soonestPrefill(request, holders) < atOnce;
  }

  #letIn(standing: Standing): Verdict {
    if (standing.waitingRequests < this.limits.waitingRequestsMax) return { kind: 'wait' };
    return this.#shed('queue-full', standing);
  }

  #admit(candidates: readonly Candidate[], { nowMs }: Standing): Verdict {
    this.#drainRate.note(nowMs);
    return { kind: 'admit', candidates };
  }

  #shed(reason: ShedReason, { nowMs, waitingRequests }: Standing): Verdict {
    const drainMs = this.#drainRate.msToDrain(waitingRequests + 1, nowMs);
    const retryAfterMs = Math.min(Math.max(drainMs, RETRY_AFTER_MS_MIN), RETRY_AFTER_MS_MAX);
    return { kind: 'shed', reason, retryAfterMs };
  }
}

/** Its KV cache never runs over if everyone runs to the expected end, and its batch is not full. */
function hasMemory(request: RoutingRequest, candidate: Candidate): boolean {
  const { inFlight, others, replica, load } = candidate;
  const requests = inFlight.requests + others.requests + 1;
  if (requests > (load?.runningRequestsMax ?? Infinity)) return false;
  if (replica.kvCapacityTokens === undefined) return true;
  const uncached = uncachedTokens(request, candidate);
  const peak = inFlight.kvTokensPeakWith(uncached, request.expectedOutputTokens);
  // A request's last block is full only by chance.
  const blockLoss = (inFlight.requests + 1) * (replica.kvBlockTokens - 1);
  return peak + blockLoss + others.kvTokens <= replica.kvCapacityTokens;
}

function soonestPrefill(request: RoutingRequest, candidates: readonly Candidate[]): number {
  let soonest = Infinity;
  for (const candidate of candidates) {
    soonest = Math.min(soonest, prefillSeconds(request, candidate));
  }
  return soonest;
}

function isEligible(request: RoutingRequest, candidate: Candidate): boolean {
  for (const filter of eligibility) if (!filter.keeps(request, candidate)) return false;
  return true;
}
