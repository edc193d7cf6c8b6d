import type { Attempt, Recorder } from './recorder.ts';
import type { SpanWriter } from './span-writer.ts';
import type { TraceContext } from './trace-context.ts';
import { attributes } from './semconv.ts';

/** When a record ended, and how its monotonic times read on the wall. */
export interface SpanTimes {
  readonly endMs: number;
  /** Milliseconds since 1970 less monotonic milliseconds. */
  readonly wallOffsetMs: number;
}

/** Attempts of one request that get a span; the retry budget ends long before. */
export const ATTEMPT_SPANS_MAX = 16;

/** Spans of a request: its server span, and a client span for each attempt up to `ATTEMPT_SPANS_MAX`. */
export function spansOf({ attempts }: Recorder): number {
  return 1 + Math.min(attempts.length, ATTEMPT_SPANS_MAX);
}

/** Writes the spans of a request: the server span first, the client spans below it in order. */
export function writeSpans(
  writer: SpanWriter,
  record: Recorder,
  trace: TraceContext,
  times: SpanTimes,
): void {
  writeServerSpan(writer, record, trace, times);
  let ordinal = 1;
  for (const attempt of record.attempts) {
    if (ordinal > ATTEMPT_SPANS_MAX) break;
    writeClientSpan(writer, record, { trace, attempt, ordinal, times });
    ordinal += 1;
  }
}

function writeServerSpan(
  writer: SpanWriter,
  record: Recorder,
  trace: TraceContext,
  { endMs, wallOffsetMs }: SpanTimes,
): void {
  const { arrival, status, errorCode } = record;
  writer.begin({
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    tracestate: trace.tracestate,
    name: `${arrival.method} ${arrival.route}`,
    kind: 'server',
    startMs: arrival.receivedMs + wallOffsetMs,
    endMs: endMs + wallOffsetMs,
  });
  writer.label(attributes.method, arrival.method);
  writer.label(attributes.route, arrival.route);
  writer.integer(attributes.status, status);
  writer.label(attributes.error, errorCode);
  writer.text(attributes.requestId, arrival.requestId);
  writer.label(attributes.tenant, record.tenant);
  writer.label(attributes.dialect, record.dialect);
  writer.label(attributes.refusal, record.refusal);
  writer.integer(attributes.attempts, record.attempts.length);
  writer.seconds(attributes.queueWait, record.queueWaitMs);
  writer.integer(attributes.promptTokensEstimate, record.promptTokensEstimate);
  if (record.streamed) writeTiming(writer, record);
  writer.end({ isError: status >= 500, isParentRemote: trace.parentSpanId !== undefined });
}

function writeTiming(writer: SpanWriter, record: Recorder): void {
  const timing = record.timing();
  writer.seconds(attributes.timeToFirstToken, timing.timeToFirstTokenMs);
  writer.seconds(attributes.timePerOutputToken, timing.timePerOutputTokenMs);
  writer.seconds(attributes.interTokenLatencyMax, timing.interTokenLatencyMaxMs);
  if (record.pauses > 0) writer.integer(attributes.pauses, record.pauses);
}

interface Try {
  readonly trace: TraceContext;
  readonly attempt: Attempt;
  /** 1 for the first attempt. */
  readonly ordinal: number;
  readonly times: SpanTimes;
}

function writeClientSpan(writer: SpanWriter, record: Recorder, one: Try): void {
  const { trace, attempt, ordinal, times } = one;
  const { operation } = record.arrival;
  const address = parseAddress(attempt.address);
  writer.begin({
    traceId: trace.traceId,
    spanId: attempt.spanId ?? trace.spanId,
    parentSpanId: trace.spanId,
    tracestate: trace.tracestate,
    name: record.model === undefined ? operation : `${operation} ${record.model}`,
    kind: 'client',
    startMs: attempt.startMs + times.wallOffsetMs,
    endMs: (attempt.endMs ?? times.endMs) + times.wallOffsetMs,
  });
  writer.label(attributes.operation, operation);
  writer.label(attributes.provider, attempt.engine);
  writer.label(attributes.model, record.model);
  writer.flag(attributes.streamed, record.streamed);
  writer.label(attributes.serverAddress, address.host);
  writer.integer(attributes.serverPort, address.port);
  writer.label(attributes.replica, attempt.replica);
  writer.integer(attributes.attempt, ordinal);
  writer.label(attributes.error, attempt.errorCode);
  if (attempt === record.lastAttempt) writeAnswer(writer, record, attempt);
  writer.end({ isError: attempt.errorCode !== undefined, isParentRemote: false });
}

// Only the last attempt can have answered: nothing is retried after the first byte.
function writeAnswer(writer: SpanWriter, record: Recorder, attempt: Attempt): void {
  const firstOutputMs = record.streamed ? record.timer.firstOutputMs : undefined;
  writer.textList(attributes.finishReasons, record.finishReason);
  writer.integer(attributes.inputTokens, record.promptTokens);
  writer.integer(attributes.cachedTokens, record.cachedTokens);
  writer.integer(attributes.outputTokens, record.timing().outputTokens);
  if (firstOutputMs !== undefined) {
    writer.seconds(attributes.timeToFirstChunk, firstOutputMs - attempt.startMs);
  }
}

interface Address {
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** Addresses kept parsed; a fleet has fewer. */
const ADDRESSES_MAX = 1024;

const addresses = new Map<string, Address>();

function parseAddress(url: string): Address {
  const known = addresses.get(url);
  if (known !== undefined) return known;
  const parsed = URL.parse(url);
  const port = Number(parsed?.port) || (parsed?.protocol === 'https:' ? 443 : 80);
  const address =
    parsed === null ? NOWHERE : { host: parsed.hostname.replace(/^\[(.*)\]$/u, '$1'), port };
  if (addresses.size >= ADDRESSES_MAX) addresses.clear();
  addresses.set(url, address);
  return address;
}

const NOWHERE: Address = { host: undefined, port: undefined };
