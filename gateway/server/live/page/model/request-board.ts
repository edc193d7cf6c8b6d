import type { LiveEvent, RequestFacts, RequestPhase } from './live-events.ts';
import { MOVED_STRIDE, requestPhases } from './live-events.ts';
import { quietCell, tokenCell } from './rhythm.ts';

/** Quarters of a second that are remembered of each request: sixteen seconds. */
export const HISTORY_CELLS = 64;

/** One open request, as far as the page was told. */
export interface BoardRequest {
  readonly number: number;
  readonly requestId: string;
  readonly tenant: string;
  readonly model: string;
  readonly priority: number;
  readonly receivedAtMs: number;
  readonly promptTokens: number;
  readonly expectedOutputTokens: number;
  phase: RequestPhase;
  /** `undefined` while it waits. */
  replica: string | undefined;
  tokens: number;
  /** The longest gap between outputs since the page first saw it. */
  gapMaxMs: number;
  /** Wall milliseconds at which something last happened to it. */
  movedAtMs: number;
  /** A ring of `HISTORY_CELLS` cells of `rhythm.ts`; the board's `head` is the latest. */
  readonly cells: Uint8Array;
  /** Tokens of each cell, 255 at most. */
  readonly counts: Uint8Array;
}

/** The open requests with what each did in the last sixteen seconds, from event to event. */
export class RequestBoard {
  readonly #requests: Map<number, BoardRequest> = new Map();
  /** The latest cell of every request's ring. */
  head = 0;
  /** Wall milliseconds of the last event, on the gateway's clock. */
  atMs = 0;
  /** Open requests that the page was not told of. */
  untold = 0;

  /** How many there are. */
  get size(): number {
    return this.#requests.size;
  }

  /** In the order of their coming. */
  values(): Iterable<BoardRequest> {
    return this.#requests.values();
  }

  /** One of them, by its number. */
  get(number: number): BoardRequest | undefined {
    return this.#requests.get(number);
  }

  /** Takes an event in, and moves every request on by a cell. */
  apply({ atMs, whole, requests, replicas }: LiveEvent): void {
    this.head = (this.head + 1) % HISTORY_CELLS;
    this.atMs = atMs;
    this.untold = requests.untold;
    if (whole) this.#keepOnly(requests.came);
    for (const number of requests.gone) this.#requests.delete(number);
    for (const facts of requests.came) {
      if (!this.#requests.has(facts[0])) this.#requests.set(facts[0], newRequest(facts));
    }
    for (const request of this.#requests.values()) {
      request.cells[this.head] = quietCell(request.phase, atMs - request.movedAtMs);
      request.counts[this.head] = 0;
    }
    const ids = replicas.map(({ id }) => id);
    for (let at = 0; at < requests.moved.length; at += MOVED_STRIDE) {
      this.#move(requests.moved, at, ids);
    }
  }

  /** A gateway that began anew gives the same numbers to others. */
  #keepOnly(told: readonly RequestFacts[]): void {
    const ids = new Map(told.map(([number, requestId]) => [number, requestId]));
    for (const [number, { requestId }] of this.#requests) {
      if (ids.get(number) !== requestId) this.#requests.delete(number);
    }
  }

  #move(moved: readonly number[], at: number, ids: readonly string[]): void {
    const request = this.#requests.get(moved[at] ?? -1);
    if (request === undefined) return;
    const tokens = moved[at + 3] ?? 0;
    const gapMs = moved[at + 4] ?? 0;
    const silentMs = moved[at + 5] ?? 0;
    // What came before it was first seen came at no time that is known.
    const came = request.tokens === UNTOLD ? 0 : tokens - request.tokens;
    request.phase = requestPhases[moved[at + 1] ?? 0] ?? 'waiting';
    request.replica = ids[moved[at + 2] ?? -1];
    request.tokens = tokens;
    request.gapMaxMs = Math.max(request.gapMaxMs, gapMs);
    request.movedAtMs = this.atMs - silentMs;
    const putOut = came > 0 && request.phase === 'streaming';
    request.cells[this.head] = putOut ? tokenCell(gapMs) : quietCell(request.phase, silentMs);
    request.counts[this.head] = Math.min(Math.max(came, 0), 255);
  }
}

/** Stands for a number of tokens until the first one is told, in the event in which a request comes. */
const UNTOLD = -1;

function newRequest(facts: RequestFacts): BoardRequest {
  const [number, requestId, tenant, model, priority, receivedAtMs, promptTokens, expected] = facts;
  return {
    number,
    requestId,
    tenant,
    model,
    priority,
    receivedAtMs,
    promptTokens,
    expectedOutputTokens: expected,
    phase: 'waiting',
    replica: undefined,
    tokens: UNTOLD,
    gapMaxMs: 0,
    movedAtMs: receivedAtMs,
    cells: new Uint8Array(HISTORY_CELLS),
    counts: new Uint8Array(HISTORY_CELLS),
  };
}
