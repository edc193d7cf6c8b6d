import { GatewayError } from '../generation/error.ts';
import type { EngineRefusal } from './attempt.ts';
import { causeOf } from './error-cause.ts';
import type { GenerateRequest } from '../generation/request.ts';
import type { QuotaCharge } from '../quota/quota-store.ts';
import type { Exchange, ReplyHeaders } from './exchange.ts';

/** What of an exchange a refusal needs; a request that could not be read has no `request` and no `charge`. */
export type Refusable = Pick<Exchange, 'requestId' | 'dialect' | 'recorder' | 'reply'> & {
  readonly request?: GenerateRequest;
  readonly charge?: QuotaCharge | undefined;
};

/**
 * Ends a request with an error: as an HTTP status while nothing has been sent, else as an error event
 * under which the connection breaks. What is no `GatewayError` is a bug, of which the client learns nothing.
 */
export function refuse(exchange: Refusable, thrown: unknown): void {
  const error = thrown instanceof GatewayError ? thrown : internalError(thrown);
  const { dialect, reply, recorder, requestId } = exchange;
  recorder.errorCode = error.code;
  recorder.errorCause = causeOf(error);
  recorder.refusal = error.reason;
  if (error.code === 'client_closed' || reply.departed) return reply.break();
  if (!reply.started) return sendError(exchange, error);
  const isStream = exchange.request?.stream === true;
  return reply.break(isStream ? dialect.encodeErrorEvent(error, requestId) : undefined);
}

function sendError(exchange: Refusable, error: GatewayError): void {
  const { status, body } = exchange.dialect.encodeError(error, exchange.requestId);
  const headers: ReplyHeaders = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  };
  if (error.retryAfterMs !== undefined) headers['retry-after'] = retryAfter(error.retryAfterMs);
  exchange.reply.start(status, headers);
  exchange.reply.finish(body);
}

/** Whole seconds, as RFC 9110 §10.2.3 has it, and never 0: that would ask for a stampede. */
function retryAfter(milliseconds: number): string {
  return String(Math.max(Math.ceil(milliseconds / 1_000), 1));
}

function internalError(cause: unknown): GatewayError {
  return new GatewayError('internal', 'The gateway failed. Its log has the request id.', { cause });
}

/** Statuses that ask the client to come back; an engine never says when. */
const COME_BACK: ReadonlySet<number> = new Set([429, 503]);

/** Seconds that a client is told to wait where the engine that refused names none. */
const RETRY_AFTER_DEFAULT = '1';

/** Passes an engine's refusal on, its body in the shape that the dialect's clients read. */
export function relayRefusal(exchange: Exchange, refusal: EngineRefusal): void {
  const body = exchange.dialect.normaliseError(refusal.status, refusal.body);
  const headers: ReplyHeaders = { ...refusal.headers, 'content-length': String(body.length) };
  if (body !== refusal.body) headers['content-type'] = 'application/json';
  if (COME_BACK.has(refusal.status)) headers['retry-after'] ??= RETRY_AFTER_DEFAULT;
  exchange.recorder.errorCode = `engine_refused_${refusal.status}`;
  exchange.reply.start(refusal.status, headers);
  exchange.reply.finish(body);
}
