import type { Reservation } from '../../routing/fleet.ts';
import type { Clock } from '../clock.ts';
import type { AnswerEnd } from '../dialects/dialect.ts';
import { BROKEN_FINISH_REASONS } from '../dialects/dialect.ts';
import { GatewayError } from '../generation/error.ts';
import { HttpAnswerError } from '../wire/http-answer-head.ts';
import type { HttpAnswerSink, HttpExchange } from '../wire/http-client.ts';
import type { AnswerNotes } from './answer-notes.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Exchange, ReplyHeaders } from './exchange.ts';
import type { UsageTally } from './usage-tally.ts';

/** What passes an engine's answer on works with. */
export interface RelayParts {
  readonly exchange: Exchange;
  readonly reservation: Reservation;
  readonly clock: Clock;
  /** Head of the answer as the client will get it. */
  readonly headers: ReplyHeaders;
  /** Usage was asked for by the gateway alone: its event is not the client's. */
  readonly withholdsUsage: boolean;
  readonly upstream: HttpExchange;
  /** Where a streamed answer is noted that could go on elsewhere. */
  readonly notes?: AnswerNotes | undefined;
  /** Called once. */
  readonly ended: (end: AttemptEnd) => void;
}

/** Takes the body of an engine's answer. */
export interface Relay extends Omit<HttpAnswerSink, 'head'> {
  /** Nothing is missing but the end, which `end` supplies. */
  readonly isWhole: boolean;
}

/** The failure of a replica in the middle of an answer: another may be asked while nothing has been sent. */
export function engineFailure(parts: RelayParts, what: string, cause?: Error): GatewayError {
  const message = `Replica ${parts.reservation.replicaId} ${what}.`;
  return new GatewayError('engine_failed', message, {
    retryable: !parts.exchange.reply.started,
    cause,
  });
}

/** What an engine said of an answer, or of a choice. */
type Told = Omit<AnswerEnd, 'finishedChoices'>;

/**
 * How a connection broke, in words for clients. What the socket or the parser says of it stays the cause
 * of the error.
 */
export function breakage(cause: Error): string {
  return cause instanceof HttpAnswerError ? 'sent what is no HTTP answer' : 'broke the connection';
}

/** Writes down what an engine said at the end of a choice; `tally` adds up the counts of the answer. */
export function recordEnd({ recorder }: Exchange, end: Told, tally: UsageTally): void {
  if (end.finishReason !== undefined) recorder.finishReason = end.finishReason;
  const usage = tally.add(end);
  if (usage === undefined) return;
  recorder.usage({
    prompt: usage.promptTokens,
    output: usage.outputTokens,
    cached: usage.cachedTokens,
  });
}

/** True for a reason that means a cut answer, though the stream around it looks whole. */
export function isBroken({ finishReason }: Pick<AnswerEnd, 'finishReason'>): boolean {
  return finishReason !== undefined && BROKEN_FINISH_REASONS.has(finishReason);
}
