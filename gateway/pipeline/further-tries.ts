import type { Replica, ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import type { AttemptEnd, EngineRefusal } from './attempt.ts';
import { isRetryable } from './attempt.ts';
import type { Dispatcher, Place } from './dispatcher.ts';
import type { DeadlyRequests } from './deadly-requests.ts';
import { queryOfDeath } from './deadly-requests.ts';
import type { Exchange } from './exchange.ts';
import type { ModelNames } from './model-names.ts';
import type { Leg, Resume } from './resume.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { SuspicionParts } from './suspicion.ts';
import { Suspicion } from './suspicion.ts';

/** Replicas that one request is sent to before its first byte: the first, and one more. */
export const ATTEMPTS_MAX = 2;

/** Tries in a row to go on with a broken answer; one that brings a token begins a new row. */
export const RESUME_TRIES_MAX = 3;

/** What further tries are made with. */
export interface FurtherTriesParts extends SuspicionParts {
  readonly dispatcher: Dispatcher;
  readonly names: ModelNames;
  readonly retries: RetryBudget;
  readonly deadly: DeadlyRequests;
}

/** A place for another try, and what was asked for it. */
export interface NextTry {
  readonly place: Place;
  readonly routing: RoutingRequest;
  /** The rest of an answer that has begun; without it the request is made anew. */
  readonly leg: Leg | undefined;
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
  readonly #resume: Resume;
  #attempts = 0;
  #triesInARow = 0;
  #shortestWaitSeconds = Infinity;

  constructor(
    exchange: Exchange,
    { routing, resume }: { readonly routing: RoutingRequest; readonly resume: Resume },
    parts: FurtherTriesParts,
  ) {
    this.#exchange = exchange;
    this.#resume = resume;
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
    if (!wasNotSent(end)) this.#attempts += 1;
    if (end.kind === 'refused') this.#noteWait(end.refusal);
    this.#suspicion.note(replica.id, end, reservation.outputTokens);
    if (this.#suspicion.isStrong) return this.#judge();
    if (this.#exchange.reply.started) return this.#goOn(end, replica, reservation.outputTokens);
    if (this.#attempts === ATTEMPTS_MAX || !isRetryable(end)) return undefined;
    return this.#elsewhere(end, replica.id);
  }

  #elsewhere(end: AttemptEnd, failed: ReplicaId): NextTry | undefined {
    const { dispatcher, retries, clock } = this.#parts;
    this.#excluded.add(failed);
    if (!addsNoLoad(end) && !retries.take(clock.nowMs())) {
      this.#exchange.recorder.retryDenied = true;
      return undefined;
    }
    const place = dispatcher.tryElsewhere(this.#routing);
    return place === undefined ? undefined : { place, routing: this.#routing, leg: undefined };
  }

  /** Goes on with an answer that has begun. What got on so far shows that the replicas before were not to blame. */
  async #goOn(
    end: AttemptEnd,
    failed: Replica,
    outputTokens: number,
  ): Promise<NextTry | undefined> {
    const { answeredTokens } = this.#resume;
    if (answeredTokens === 0 || !isBrokenOff(end)) return undefined;
    if (outputTokens > 0) {
      this.#triesInARow = 0;
      this.#excluded.clear();
    }
    this.#excluded.add(failed.id);
    this.#triesInARow += 1;
    if (this.#triesInARow > RESUME_TRIES_MAX) return undefined;
    const routing = grown(this.#routing, failed.engine, answeredTokens);
    const place = this.#parts.dispatcher.tryElsewhere(routing);
    if (place === undefined) return undefined;
    let leg: Leg | undefined;
    try {
      leg = await this.#legAt(place);
    } finally {
      if (leg === undefined) place.reservation.release();
    }
    return leg && { place, routing, leg };
  }

  #legAt({ replica }: Place): Promise<Leg | undefined> {
    const { engineOf, names } = this.#parts;
    const engine = engineOf(replica.id);
    if (engine === undefined) return Promise.resolve(undefined);
    const { contextTokensMax = 0 } = replica;
    const model = names.rename(this.#exchange.request.model);
    return this.#resume.leg({ engine, contextTokensMax, model });
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

/** Failures of a replica, which another one does not share; the client's leaving and the end of its time go everywhere. */
function isBrokenOff(end: AttemptEnd): boolean {
  return end.kind === 'refused' || (end.kind === 'failed' && end.error.source === 'engine');
}

/** The request with what has been answered as part of its prompt; ids and events mean the same to the same engine. */
function grown(routing: RoutingRequest, engine: string, answeredTokens: number): RoutingRequest {
  const { outlook, promptTokens, expectedOutputTokens } = routing;
  const left = (tokens: number): number => Math.max(tokens - answeredTokens, 1);
  return {
    ...routing,
    engine,
    promptTokens: promptTokens + answeredTokens,
    expectedOutputTokens: left(outlook?.expectedTokens(answeredTokens) ?? expectedOutputTokens),
    outlook: outlook && {
      expectedTokens: (produced) => left(outlook.expectedTokens(produced + answeredTokens)),
    },
  };
}

/** A replica that takes no connection was sent nothing. */
function wasNotSent(end: AttemptEnd): boolean {
  return end.kind === 'failed' && end.error.code === 'engine_unreachable';
}

/** To send it elsewhere is no second time: a replica that stands still does nothing of what it was sent. */
function addsNoLoad(end: AttemptEnd): boolean {
  return wasNotSent(end) || (end.kind === 'failed' && end.isStall === true);
}
