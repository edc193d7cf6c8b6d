import type { ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import type { AttemptEnd, EngineRefusal } from './attempt.ts';
import { isRetryable } from './attempt.ts';
import type { Dispatcher, Place } from './dispatcher.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Replicas that one request is tried on before its first byte: the first, and one more. */
export const ATTEMPTS_MAX = 2;

/** What further tries are made with. */
export interface FurtherTriesParts {
  readonly dispatcher: Dispatcher;
  readonly retries: RetryBudget;
}

/** A place for another try, and what was asked for it. */
export interface NextTry {
  readonly place: Place;
  readonly routing: RoutingRequest;
}

/** Whether and where one request is tried again: never on the same replica, and never beyond what all may afford. */
export class FurtherTries {
  readonly #parts: FurtherTriesParts;
  readonly #routing: RoutingRequest;
  readonly #excluded: Set<ReplicaId>;
  #attempts = 0;
  #shortestWaitSeconds = Infinity;

  /** `excluded` is the set that `routing` holds. */
  constructor(routing: RoutingRequest, excluded: Set<ReplicaId>, parts: FurtherTriesParts) {
    this.#routing = routing;
    this.#excluded = excluded;
    this.#parts = parts;
  }

  /** Where the next try goes after one that ended so at `nowMs`; `undefined` where that end is the client's. */
  next(end: AttemptEnd, { replica }: Place, nowMs: number): NextTry | undefined {
    this.#attempts += 1;
    if (end.kind === 'refused') this.#noteWait(end.refusal);
    if (this.#attempts === ATTEMPTS_MAX || !isRetryable(end)) return undefined;
    this.#excluded.add(replica.id);
    if (!this.#parts.retries.take(nowMs)) return undefined;
    const place = this.#parts.dispatcher.tryElsewhere(this.#routing);
    return place === undefined ? undefined : { place, routing: this.#routing };
  }

  /** A refusal with the shortest wait that any replica named: the client may come back when the first one has room. */
  withShortestWait(refusal: EngineRefusal): EngineRefusal {
    if (this.#shortestWaitSeconds === Infinity) return refusal;
    const wait = String(this.#shortestWaitSeconds);
    return { ...refusal, headers: { ...refusal.headers, 'retry-after': wait } };
  }

  /** A date instead of seconds, which no engine sends, stays as it is. */
  #noteWait({ headers }: EngineRefusal): void {
    const wait = headers['retry-after'];
    if (typeof wait !== 'string' || !/^\d{1,9}$/.test(wait)) return;
    this.#shortestWaitSeconds = Math.min(this.#shortestWaitSeconds, Number(wait));
  }
}
