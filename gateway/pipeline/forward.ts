import type { CancelTimer, Clock } from '../clock.ts';
import type { Engine } from '../engines/engine.ts';
import { GatewayError } from '../generation/error.ts';
import { SinkError } from '../wire/http-client.ts';
import type { HttpAnswerSink, ReceivedHeaders } from '../wire/http-client.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerNotes } from './answer-notes.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Place } from './dispatcher.ts';
import type { Exchange, ReplyListener } from './exchange.ts';
import { watchGaps } from './gap-watch.ts';
import { PacedUpstream } from './paced-upstream.ts';
import type { OpenAttempt, OpenAttempts } from './open-attempts.ts';
import { RefusalRelay } from './refusal-relay.ts';
import { breakage } from './relay.ts';
import type { Relay, RelayParts } from './relay.ts';
import type { Leg } from './resume.ts';
import { ResumedRelay } from './resumed-relay.ts';
import { StreamRelay } from './stream-relay.ts';
import { WholeRelay } from './whole-relay.ts';

/** What one attempt is made with. */
export interface ForwardParts {
  readonly exchange: Exchange;
  readonly place: Place;
  readonly engine: Engine;
  readonly model: string | undefined;
  readonly clock: Clock;
  /** Longest wait for the first byte of the answer's body; none where it is left out. */
  readonly firstByteMs?: number | undefined;
  /** Longest wait between two tokens of a stream; none where it is left out. */
  readonly betweenTokensMs?: number | undefined;
  /** Longest time that the client may leave what waits for it unread; none where it is left out. */
  readonly unreadMs?: number | undefined;
  /** Where the beginning of a streamed answer is noted. */
  readonly notes?: AnswerNotes | undefined;
  /** What is asked in place of the client's request, where its answer has begun elsewhere. */
  readonly leg?: Leg | undefined;
  readonly asksForTokenIds: boolean;
  /** Where the attempt can be ended from, with all others at its replica. */
  readonly openAttempts: OpenAttempts;
}

/** Makes one attempt: sends the request to the replica and passes the answer on. Rejects with what only a bug throws. */
export function forward(parts: ForwardParts): Promise<AttemptEnd> {
  return new Promise((resolve, reject) => {
    new Forwarding(parts, { resolve, reject }).begin();
  });
}

/** Told once what came of an attempt. */
interface Outcome {
  readonly resolve: (end: AttemptEnd) => void;
  readonly reject: (bug: unknown) => void;
}

/** One attempt under way, between the client's reply and the engine's answer. */
class Forwarding implements HttpAnswerSink, ReplyListener, OpenAttempt {
  readonly #parts: ForwardParts;
  readonly #outcome: Outcome;
  #upstream: PacedUpstream | undefined;
  #cancelGapWatch: CancelTimer | undefined;
  #relay: Relay | undefined;
  #cancelDeadline: CancelTimer | undefined;
  #cancelFirstByte: CancelTimer | undefined;
  #leaveOpen: (() => void) | undefined;
  #isOver = false;

  constructor(parts: ForwardParts, outcome: Outcome) {
    this.#parts = parts;
    this.#outcome = outcome;
  }

  begin(): void {
    const { exchange, place, engine, model, clock, leg, asksForTokenIds } = this.#parts;
    const { recorder, reply } = exchange;
    // Between its turn and this moment nobody listened for its departure.
    if (reply.departed) return this.#end({ kind: 'failed', error: clientClosed() });
    const attempt = recorder.attempt({
      replica: place.replica.id,
      address: place.replica.address,
      engine: place.replica.engine,
      numaNode: place.replica.numaNode,
      startMs: clock.nowMs(),
    });
    const upstream = engine.send(
      {
        path: leg?.path ?? exchange.path,
        requestId: exchange.requestId,
        request: leg?.request ?? exchange.request,
        model,
        authorization: exchange.authorization,
        traceparent: attempt.traceparent,
        tracestate: attempt.tracestate,
        asksForTokenIds,
      },
      this,
    );
    this.#upstream = new PacedUpstream(upstream, {
      clock,
      unreadMs: this.#parts.unreadMs,
      gaveUp: () => this.#abandon(leftUnread()),
    });
    reply.listener = this;
    this.#leaveOpen = this.#parts.openAttempts.add(place.replica.id, this);
    if (exchange.deadlineMs !== Infinity) this.#watchDeadline(exchange.deadlineMs);
    this.#watchFirstByte();
  }

  head(status: number, headers: ReceivedHeaders): void {
    const upstream = this.#upstream;
    if (upstream === undefined || this.#isOver) return;
    const { exchange, place, engine, clock, notes, leg } = this.#parts;
    const parts: RelayParts = {
      exchange,
      reservation: place.reservation,
      clock,
      headers: answerHeaders(headers),
      withholdsUsage: exchange.request.stream && engine.asksForUsage(exchange.request),
      upstream,
      notes,
      ended: (end) => this.#end(end),
    };
    this.#relay = relayFor(status, isEventStream(headers), parts, leg);
    this.#watchGaps(upstream);
  }

  data(chunk: Buffer): void {
    this.#cancelFirstByte?.();
    this.#cancelFirstByte = undefined;
    this.#relay?.data(chunk);
  }

  end(): void {
    this.#relay?.end();
  }

  failed(error: Error): void {
    if (error instanceof SinkError) return this.#broken(error.cause);
    if (this.#relay !== undefined) return this.#relay.failed(error);
    return this.#end({ kind: 'failed', error: beforeAnswer(this.#parts.place.replica.id, error) });
  }

  departed(): void {
    this.#abandon(clientClosed());
  }

  resumed(): void {
    this.#parts.place.reservation.isPaused = false;
    this.#upstream?.resume();
  }

  turnedOut(error: GatewayError): void {
    this.#abandon(error);
  }

  get hasAnswered(): boolean {
    return this.#parts.exchange.reply.started;
  }

  breakOff(error: GatewayError): void {
    this.#upstream?.abort();
    this.#end({ kind: 'failed', error, isStall: true });
  }

  #watchDeadline(deadlineMs: number): void {
    const { clock } = this.#parts;
    const leftMs = Math.max(deadlineMs - clock.nowMs(), 0);
    this.#cancelDeadline = clock.after(leftMs, () => {
      const message = 'The answer was not whole within the time limit of the request.';
      this.#abandon(new GatewayError('engine_timeout', message));
    });
  }

  #watchFirstByte(): void {
    const { place, clock, firstByteMs } = this.#parts;
    if (firstByteMs === undefined) return;
    this.#cancelFirstByte = clock.after(firstByteMs, () => {
      const message = `Replica ${place.replica.id} began no answer within ${firstByteMs} ms.`;
      this.#abandon(new GatewayError('engine_timeout', message, { retryable: true }));
    });
  }

  #watchGaps(upstream: PacedUpstream): void {
    const { exchange, place, clock, betweenTokensMs } = this.#parts;
    if (betweenTokensMs === undefined) return;
    this.#cancelGapWatch = watchGaps({
      clock,
      gapMsMax: betweenTokensMs,
      tokens: () => exchange.recorder.timer.tokens,
      isPaused: () => upstream.isPaused,
      tooLong: () => {
        const message = `Replica ${place.replica.id} sent no token for ${betweenTokensMs} ms.`;
        this.#silent(new GatewayError('engine_timeout', message));
      },
    });
  }

  /** An answer that is whole is not cut by the silence behind it. */
  #silent(error: GatewayError): void {
    if (this.#relay?.isWhole !== true) return this.#abandon(error);
    this.#relay.end();
    this.#upstream?.abort();
  }

  #abandon(error: GatewayError): void {
    this.#upstream?.abort();
    this.#end({ kind: 'failed', error });
  }

  #end(end: AttemptEnd): void {
    if (this.#isOver) return;
    this.#close(errorCodeOf(end));
    this.#outcome.resolve(end);
  }

  /** A bug of ours is no fault of the replica, and another one would meet it too. */
  #broken(bug: unknown): void {
    if (this.#isOver) return;
    this.#close('internal');
    this.#outcome.reject(bug);
  }

  #close(errorCode: string | undefined): void {
    this.#isOver = true;
    const { exchange, clock } = this.#parts;
    exchange.reply.listener = undefined;
    this.#cancelDeadline?.();
    this.#cancelFirstByte?.();
    this.#cancelGapWatch?.();
    this.#upstream?.stopWatching();
    this.#leaveOpen?.();
    exchange.recorder.lastAttempt?.end(clock.nowMs(), errorCode);
  }
}

function relayFor(status: number, isStream: boolean, parts: RelayParts, leg?: Leg): Relay {
  // What is no stream cannot go on with one; it ends as a refusal, and is not passed on.
  if (status >= 300 || (leg !== undefined && !isStream)) return new RefusalRelay(status, parts);
  if (leg !== undefined) return new ResumedRelay(leg.seam, new StreamRelay(parts), parts.upstream);
  return isStream ? new StreamRelay(parts) : new WholeRelay(parts);
}

function isEventStream(headers: ReceivedHeaders): boolean {
  const type = headers['content-type'];
  return typeof type === 'string' && type.startsWith('text/event-stream');
}

function errorCodeOf(end: AttemptEnd): string | undefined {
  if (end.kind === 'failed') return end.error.code;
  return end.kind === 'refused' ? `engine_refused_${end.refusal.status}` : undefined;
}

function leftUnread(): GatewayError {
  return new GatewayError('client_closed', 'The client left its answer unread for too long.');
}

function clientClosed(): GatewayError {
  return new GatewayError('client_closed', 'The client left before its answer was whole.');
}

/** Errors of a connection that never was, by Node's codes. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/** Errors of a machine that has no descriptor or port left: no replica is to blame, and every other would meet them. */
const NOTHING_LEFT_HERE: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
]);

/** Somebody has to finish first; seconds are what that takes. */
const RELIEF_MS = 1_000;

function beforeAnswer(replicaId: string, cause: Error & { readonly code?: string }): GatewayError {
  if (NOTHING_LEFT_HERE.has(cause.code ?? '')) {
    const message = 'The gateway has no connection left to give.';
    const details = { reason: 'no-descriptors', retryAfterMs: RELIEF_MS, cause };
    return new GatewayError('saturated', message, details);
  }
  const details = { retryable: true, cause };
  if (NEVER_CONNECTED.has(cause.code ?? '')) {
    const message = `Replica ${replicaId} cannot be reached.`;
    return new GatewayError('engine_unreachable', message, details);
  }
  const message = `Replica ${replicaId} ${breakage(cause)} before it answered.`;
  return new GatewayError('engine_failed', message, details);
}
