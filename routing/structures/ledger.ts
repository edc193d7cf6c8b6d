import type { OutputOutlook } from '../output-lengths.ts';
import type { InFlight, ReplicaId } from '../replica.ts';
import { KvForecast } from './kv-forecast.ts';
import type { WorkSample } from './speed-fit.ts';
import { WorkMeter, type MeteredStream } from './work-meter.ts';

/** What one dispatched request occupies, from dispatch to settle. */
export interface Reservation {
  readonly replicaId: ReplicaId;
  readonly promptTokens: number;
  /** Output tokens seen so far. Whoever forwards the stream adds to it. */
  outputTokens: number;
  /** The gateway itself holds its answer up: that nothing comes says nothing of the replica. */
  isPaused: boolean;
  /** The first token came: the prompt is computed. Further calls do nothing. */
  firstToken(): void;
  /** Gives back all that is held. True the first time only. */
  release(): boolean;
  /** It has been given back. */
  readonly isReleased: boolean;
}

/** What is being reserved, and when. */
export interface ReservationRequest {
  readonly promptTokens: number;
  /** Those of `promptTokens` that the replica need not compute; none where it is left out. */
  readonly cachedTokens?: number | undefined;
  readonly expectedOutputTokens: number;
  readonly outlook?: OutputOutlook | undefined;
  readonly nowMs: number;
}

/** The most that a load snapshot can show of our own requests. */
export interface OwnShare {
  readonly requests: number;
  readonly prefillRequests: number;
  readonly prefillTokens: number;
  readonly kvTokens: number;
}

/**
 * What this gateway has at one replica: exact, counted at dispatch, released once in every way a
 * request can end. What is to come is read when asked after `refresh`, not at each token.
 */
export class Ledger implements InFlight {
  readonly #replicaId: ReplicaId;
  readonly #forecast: KvForecast = new KvForecast();
  readonly #open: Set<OpenRequest> = new Set();
  readonly #meter: WorkMeter = new WorkMeter();
  readonly #events: OpenRequestEvents = {
    moved: (open, tokens) => this.#moved(open, tokens),
    expects: (open, tokens) => this.#forecast.expects(open.holder, tokens),
    prefilled: (open, isComputed) => this.#prefilled(open, isComputed),
    released: (open) => this.#released(open),
  };
  #requests = 0;
  #kvTokens = 0;
  #prefillTokens = 0;
  #prefillRequests = 0;
  #snapshotAtMs = -Infinity;
  #requestsSinceSnapshot = 0;
  #requestsMost = 0;
  #kvTokensMost = 0;
  #progress = 0;
  #answers = 0;

  constructor(replicaId: ReplicaId) {
    this.#replicaId = replicaId;
  }

  get requests(): number {
    return this.#requests;
  }

  get requestsSinceSnapshot(): number {
    return this.#requestsSinceSnapshot;
  }

  get prefillTokens(): number {
    return this.#prefillTokens;
  }

  get kvTokens(): number {
    return this.#kvTokens;
  }

  /** Answers that have begun at the replica, ever. */
  get answers(): number {
    return this.#answers;
  }

  /** Grows with every token and every computed prompt. */
  get progress(): number {
    return this.#progress;
  }

  /** Open requests that the gateway does not hold up itself. */
  get listening(): number {
    let count = 0;
    for (const { isPaused } of this.#open) if (!isPaused) count += 1;
    return count;
  }

  get kvTokensPeak(): number {
    this.#forecast.forget();
    return this.#forecast.peak;
  }

  kvTokensPeakWith(
    uncachedTokens: number,
    expectedOutputTokens: number,
    roughTokens?: number,
  ): number {
    return this.#forecast.peakWith(uncachedTokens, expectedOutputTokens, roughTokens);
  }

  kvFits(uncachedTokens: number, expectedOutputTokens: number, kvTokens: number): boolean {
    return this.#forecast.fits(uncachedTokens, expectedOutputTokens, kvTokens);
  }

  /** Lets the next `kvTokensPeakWith` see how far each stream has come. */
  refresh(): void {
    this.#forecast.forget();
  }

  /** Counts a request from this moment until its release. */
  reserve(request: ReservationRequest): Reservation {
    const open = new OpenRequest(this.#replicaId, request, this.#events);
    if (this.#requests === 0) this.#meter.begin(open.sentAtMs);
    this.#open.add(open);
    this.#requests += 1;
    open.holder = this.#forecast.add(open.uncachedTokens, request.expectedOutputTokens);
    this.#kvTokens += open.uncachedTokens;
    this.#prefillTokens += open.uncachedTokens;
    this.#prefillRequests += 1;
    if (open.sentAtMs >= this.#snapshotAtMs) this.#requestsSinceSnapshot += 1;
    return open;
  }

  /**
   * Marks a load snapshot and tells the most that it can show of our own: what ended shortly
   * before it came may still be in it, what was sent after it was taken cannot be.
   */
  markSnapshot(takenAtMs: number): OwnShare {
    this.#snapshotAtMs = takenAtMs;
    this.#requestsSinceSnapshot = 0;
    for (const { sentAtMs } of this.#open) {
      if (sentAtMs >= takenAtMs) this.#requestsSinceSnapshot += 1;
    }
    this.#noteMost();
    const share: OwnShare = {
      requests: this.#requestsMost - this.#requestsSinceSnapshot,
      prefillRequests: this.#prefillRequests,
      prefillTokens: this.#prefillTokens,
      kvTokens: this.#kvTokensMost,
    };
    this.#requestsMost = 0;
    this.#kvTokensMost = 0;
    return share;
  }

  /** Open requests that were sent at `atMs` or later. */
  sentSince(atMs: number): number {
    let count = 0;
    for (const { sentAtMs } of this.#open) if (sentAtMs >= atMs) count += 1;
    return count;
  }

  /** What the replica has done since the last sample; `undefined` where it had no work in between. */
  sampleWork(nowMs: number): WorkSample | undefined {
    return this.#meter.sample(this.#open, nowMs);
  }

  #moved(open: OpenRequest, tokens: number): void {
    this.#progress += 1;
    this.#kvTokens += tokens;
    this.#forecast.moved(open.holder, open.outputTokens);
  }

  #prefilled(open: OpenRequest, isComputed: boolean): void {
    this.#prefillTokens -= open.uncachedTokens;
    this.#prefillRequests -= 1;
    if (!isComputed) return;
    this.#progress += 1;
    this.#answers += 1;
    this.#meter.prefilled(open.uncachedTokens);
  }

  #released(open: OpenRequest): void {
    this.#noteMost();
    this.#meter.ended(open);
    this.#open.delete(open);
    this.#requests -= 1;
    if (this.#requests === 0) this.#meter.pause();
    this.#forecast.remove(open.holder);
    this.#kvTokens -= open.uncachedTokens + open.outputTokens;
    if (open.sentAtMs >= this.#snapshotAtMs) this.#requestsSinceSnapshot -= 1;
  }

  /** Open requests and their KV only fall at a release, so they are largest just before one. */
  #noteMost(): void {
    this.#requestsMost = Math.max(this.#requestsMost, this.#requests);
    this.#kvTokensMost = Math.max(this.#kvTokensMost, this.#kvTokens);
  }
}

interface OpenRequestEvents {
  /** It has made so many tokens more. */
  moved(open: OpenRequest, tokens: number): void;
  /** It will have so many in the end, by what it has made: those that would be over by now count no more. */
  expects(open: OpenRequest, outputTokens: number): void;
  /** Its prompt waits no longer: it has been computed, or given up. */
  prefilled(open: OpenRequest, isComputed: boolean): void;
  released(open: OpenRequest): void;
}

class OpenRequest implements Reservation, MeteredStream {
  readonly replicaId: ReplicaId;
  readonly promptTokens: number;
  readonly uncachedTokens: number;
  readonly sentAtMs: number;
  meteredTokens = 0;
  isPaused = false;
  /** Its number in the forecast, which is given at once. */
  holder = -1;
  readonly #outlook: OutputOutlook | undefined;
  readonly #events: OpenRequestEvents;
  #outputTokens = 0;
  /** Output at which the expectation is looked at again. */
  #lookAgainAt: number;
  #isPrefilled = false;
  #isReleased = false;

  constructor(replicaId: ReplicaId, request: ReservationRequest, events: OpenRequestEvents) {
    this.replicaId = replicaId;
    this.promptTokens = request.promptTokens;
    this.uncachedTokens = Math.max(request.promptTokens - (request.cachedTokens ?? 0), 1);
    this.sentAtMs = request.nowMs;
    this.#outlook = request.outlook;
    this.#events = events;
    this.#lookAgainAt = lookAgainAt(0, request.expectedOutputTokens);
  }

  get outputTokens(): number {
    return this.#outputTokens;
  }

  set outputTokens(tokens: number) {
    const made = tokens - this.#outputTokens;
    this.#outputTokens = tokens;
    if (this.#isReleased) return;
    this.#events.moved(this, made);
    if (tokens >= this.#lookAgainAt) this.#lookAgain(tokens);
  }

  firstToken(): void {
    if (this.#isReleased) return;
    this.#endPrefill(true);
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  release(): boolean {
    if (this.#isReleased) return false;
    this.#endPrefill(false);
    this.#isReleased = true;
    this.#events.released(this);
    return true;
  }

  #endPrefill(isComputed: boolean): void {
    if (this.#isPrefilled) return;
    this.#isPrefilled = true;
    this.#events.prefilled(this, isComputed);
  }

  #lookAgain(outputTokens: number): void {
    if (this.#outlook === undefined) return;
    const expected = this.#outlook.expectedTokens(outputTokens);
    this.#lookAgainAt = lookAgainAt(outputTokens, expected);
    this.#events.expects(this, expected);
  }
}

/** A quarter further, as far as buckets of lengths tell answers apart; but not past the expected end. */
function lookAgainAt(producedTokens: number, expectedTokens: number): number {
  return Math.min(Math.max(1.25 * producedTokens, producedTokens + 16), expectedTokens);
}
