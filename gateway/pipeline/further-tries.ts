import type { ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import type { AttemptEnd, EngineRefusal } from './attempt.ts';
import { isRetryable } from './attempt.ts';
import type { Dispatcher, Place } from './dispatcher.ts';
import type { DeadlyRequests } from './deadly-requests.ts';
import { queryOfDeath } from './deadly-requests.ts';
import type { Exchange } from './exchange.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { SuspicionParts } from './suspicion.ts';
import { Suspicion } from './suspicion.ts';

/** Replicas that one request is tried on before its first byte: the first, and one more. */
export const ATTEMPTS_MAX = 2;

/** What further tries are made with. */
export interface FurtherTriesParts extends SuspicionParts {
  readonly dispatcher: Dispatcher;
  readonly retries: RetryBudget;
  readonly deadly: DeadlyRequests;
}

/** A place for another try, and what was asked for it. */
export interface NextTry {
  readonly place: Place;
  readonly routing: RoutingRequest;
}

/**
 * Whether and where one request is tried again: never on the same replica, never beyond what all may afford, and on no
 * third replica where two have died of it.
 */
export class FurtherTries {
  readonly #exchange: Exchange;
  readonly #parts: FurtherTriesParts;
  readonly #routing: RoutingRequest;
  readonly #excluded: Set<ReplicaId>;
  readonly #suspicion: Suspicion;
  #attempts = 0;
  #shortestWaitSeconds = Infinity;

  constructor(exchange: Exchange, routing: RoutingRequest, parts: FurtherTriesParts) {
    this.#exchange = exchange;
    this.#excluded = new Set(routing.excluded);
    this.#routing = { ...routing, excluded: this.#excluded };
    this.#parts = parts;
    this.#suspicion = new Suspicion(exchange.requestId, parts);
  }

  /**
   * Where the next try goes after one that ended so; `undefined` where that end is the client's. Rejects with
   * `query_of_death`.
   */
  async next(end: AttemptEnd, { replica, reservation }: Place): Promise<NextTry | undefined> {
    this.#attempts += 1;
    if (end.kind === 'refused') this.#noteWait(end.refusal);
    this.#suspicion.note(replica.id, end, reservation.outputTokens);
    if (this.#suspicion.isStrong) return this.#judge();
    if (this.#attempts === ATTEMPTS_MAX || !isRetryable(end)) return undefined;
    return this.#elsewhere(replica.id);
  }

  #elsewhere(failed: ReplicaId): NextTry | undefined {
    const { dispatcher, retries, clock } = this.#parts;
    this.#excluded.add(failed);
    if (!retries.take(clock.nowMs())) return undefined;
    const place = dispatcher.tryElsewhere(this.#routing);
    return place === undefined ? undefined : { place, routing: this.#routing };
  }

  async #judge(): Promise<undefined> {
    if (!(await this.#suspicion.isProven())) return;
    const { deadly, clock } = this.#parts;
    deadly.remember(this.#exchange.request, clock.nowMs());
    const replicas = this.#suspicion.replicas.join(' and ');
    throw queryOfDeath(`The replicas ${replicas} died as they worked on this request.`);
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
