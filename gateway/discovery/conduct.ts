import { Breaker } from '../../routing/fleet.ts';
import type { CancelTimer, Clock } from '../clock.ts';

/** What a replica did to a request, as far as it is to blame. */
export type Outcome =
  /** It answered, well or with the request's own fault. */
  | 'success'
  /** It broke its answer, or answered that it is broken. */
  | 'failure'
  /** Nobody took the connection. */
  | 'unreachable'
  /** It failed as another replica did after it: what was held against it is taken back. */
  | 'excused'
  /** It is full, or the end was somebody else's doing. */
  | 'neutral';

/** Bounds of what is put up with. */
export interface ConductLimits {
  readonly failuresMax: number;
  readonly ejectionMsMax: number;
}

/** Told what follows from a replica's conduct. */
export interface ConductListener {
  /** Whether it may be left out: errors everywhere are no fault of a replica. */
  mayBeSuspended(): boolean;
  /** It is left out for so long. */
  suspended(openMs: number): void;
  /** One request decides whether it is back. */
  onTrial(): void;
  /** It is as good as any other. */
  trusted(): void;
}

/** Leaves a replica out that fails its requests, and lets it back in by one request that goes well. */
export class Conduct {
  readonly #clock: Clock;
  readonly #listener: ConductListener;
  readonly #breaker: Breaker;
  #trialAtMs = 0;
  #cancelTrial: CancelTimer = () => undefined;

  constructor(clock: Clock, limits: ConductLimits, listener: ConductListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#breaker = new Breaker({
      failuresMax: limits.failuresMax,
      openMsMax: limits.ejectionMsMax,
    });
  }

  /** Takes in what came of an attempt that began at `sentMs`. */
  judge(outcome: Outcome, sentMs: number): void {
    const nowMs = this.#clock.nowMs();
    if (outcome === 'success') {
      if (this.#breaker.succeeded(sentMs, nowMs)) this.#listener.trusted();
    } else if (outcome === 'failure') {
      if (this.#breaker.failed(sentMs, nowMs)) this.#suspend();
    } else if (this.#breaker.state === 'closed') {
      if (outcome === 'excused') this.#breaker.excused(sentMs);
    } else if (this.#breaker.state === 'half-open' && sentMs >= this.#trialAtMs) {
      // The one request has shown nothing: another has to.
      this.#listener.onTrial();
    }
  }

  /** The request on trial has got a token: it need not end for that to be enough. */
  acquit(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#breaker.succeeded(nowMs, nowMs)) this.#listener.trusted();
  }

  /** Counts a stall, and tells how long the replica stays out for it at least, in milliseconds. */
  stalled(): number {
    this.#cancelTrial();
    return this.#breaker.open(this.#clock.nowMs());
  }

  /** It has come back by another way, or is wanted in spite of all. */
  pardon(): void {
    this.#cancelTrial();
    this.#breaker.close(this.#clock.nowMs());
  }

  /** Ends the timer. */
  stop(): void {
    this.#cancelTrial();
  }

  #suspend(): void {
    if (this.#breaker.state === 'closed' && !this.#listener.mayBeSuspended()) return;
    const openMs = this.#breaker.open(this.#clock.nowMs());
    this.#cancelTrial();
    this.#cancelTrial = this.#clock.after(openMs, () => this.#try());
    this.#listener.suspended(openMs);
  }

  #try(): void {
    this.#trialAtMs = this.#clock.nowMs();
    this.#breaker.halfOpen(this.#trialAtMs);
    this.#listener.onTrial();
  }
}
