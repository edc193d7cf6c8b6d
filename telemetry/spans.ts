import type { Attributes, HrTime, SpanContext, SpanStatus } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import type { Attempt, Recorder } from './recorder.ts';
import type { TraceContext } from './trace-context.ts';
import { attributes } from './semconv.ts';

/** When a record ended, and how its monotonic times read on the wall. */
export interface SpanTimes {
  readonly endMs: number;
  /** Milliseconds since 1970 less monotonic milliseconds. */
  readonly wallOffsetMs: number;
}

/** Who the spans are of. */
export interface SpanOwner {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/** Attempts of one request that get a span; the retry budget ends long before. */
export const ATTEMPT_SPANS_MAX = 16;

/** Longest name, and longest text of one attribute; longer ones are cut. */
export const ATTRIBUTE_CHARACTERS_MAX = 256;

/** How many spans `spansOf` makes of a request. */
export function spanCountOf({ attempts }: Recorder): number {
  return 1 + Math.min(attempts.length, ATTEMPT_SPANS_MAX);
}

/**
 * The spans of a request that has ended: its server span, and below it a client span for each attempt up
 * to `ATTEMPT_SPANS_MAX`. They are made in one go, since the ids of the attempts went to the engines long
 * before it was known what to say of them, and a request that is not sampled makes none.
 */
export function spansOf(
  record: Recorder,
  trace: TraceContext,
  times: SpanTimes,
  owner: SpanOwner,
): readonly ReadableSpan[] {
  const attempts = record.attempts.slice(0, ATTEMPT_SPANS_MAX);
  const tries = attempts.map((attempt, index) => ({ trace, attempt, ordinal: index + 1, times }));
  return [
    new FinishedSpan(serverSpan(record, trace, times), owner),
    ...tries.map((one) => new FinishedSpan(clientSpan(record, one), owner)),
  ];
}

/** What one span says. */
interface SpanFacts {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly attributes: AttributeList;
}

const STATUS_UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const STATUS_ERROR: SpanStatus = { code: SpanStatusCode.ERROR };

function serverSpan(record: Recorder, trace: TraceContext, times: SpanTimes): SpanFacts {
  const { arrival, status, errorCode } = record;
  const list = new AttributeList();
  list.set(attributes.method, arrival.method);
  list.set(attributes.route, arrival.route);
  list.setCount(attributes.status, status);
  list.set(attributes.error, errorCode);
  list.set(attributes.requestId, arrival.requestId);
  list.set(attributes.tenant, record.tenant);
  list.set(attributes.dialect, record.dialect);
  list.set(attributes.refusal, record.refusal);
  list.setCount(attributes.attempts, record.attempts.length);
  list.setSeconds(attributes.queueWait, record.queueWaitMs);
  list.setCount(attributes.promptTokensEstimate, record.promptTokensEstimate);
  list.setCount(attributes.outputTokensEstimate, record.outputTokensEstimate);
  addRoute(list, record);
  if (record.streamed) addTiming(list, record);
  return {
    name: `${arrival.method} ${arrival.route}`,
    kind: SpanKind.SERVER,
    context: contextOf(trace, trace.spanId),
    parent: parentOf(trace),
    startMs: arrival.receivedMs + times.wallOffsetMs,
    endMs: times.endMs + times.wallOffsetMs,
    isError: status >= 500,
    attributes: list,
  };
}

/** Why it went there is worth its words only where it could have gone elsewhere. */
function addRoute(list: AttributeList, { route }: Recorder): void {
  if (route === undefined) return;
  list.set(attributes.routePolicy, route.policy);
  list.setCount(attributes.routeCandidates, route.candidates);
  if (route.candidates > 1) list.all[attributes.routeReason] = route.reason;
}

function addTiming(list: AttributeList, record: Recorder): void {
  const timing = record.timing();
  list.setSeconds(attributes.timeToFirstToken, timing.timeToFirstTokenMs);
  list.setSeconds(attributes.timePerOutputToken, timing.timePerOutputTokenMs);
  list.setSeconds(attributes.interTokenLatencyMax, timing.interTokenLatencyMaxMs);
  if (record.pauses > 0) list.setCount(attributes.pauses, record.pauses);
  if (record.resumes > 0) list.setCount(attributes.resumes, record.resumes);
}

interface Try {
  readonly trace: TraceContext;
  readonly attempt: Attempt;
  /** 1 for the first attempt. */
  readonly ordinal: number;
  readonly times: SpanTimes;
}

function clientSpan(record: Recorder, { trace, attempt, ordinal, times }: Try): SpanFacts {
  const { operation } = record.arrival;
  const address = parseAddress(attempt.address);
  const list = new AttributeList();
  list.set(attributes.operation, operation);
  list.set(attributes.provider, attempt.engine);
  list.set(attributes.model, record.model);
  list.set(attributes.streamed, record.streamed);
  list.set(attributes.serverAddress, address.host);
  list.setCount(attributes.serverPort, address.port);
  list.set(attributes.replica, attempt.replica);
  list.setCount(attributes.attempt, ordinal);
  list.set(attributes.error, attempt.errorCode);
  if (attempt === record.lastAttempt) addAnswer(list, record, attempt);
  return {
    name: record.model === undefined ? operation : `${operation} ${record.model}`,
    kind: SpanKind.CLIENT,
    context: contextOf(trace, attempt.spanId ?? trace.spanId),
    parent: contextOf(trace, trace.spanId),
    startMs: attempt.startMs + times.wallOffsetMs,
    endMs: (attempt.endMs ?? times.endMs) + times.wallOffsetMs,
    isError: attempt.errorCode !== undefined,
    attributes: list,
  };
}

// Only the last attempt can have answered: nothing is retried after the first byte.
function addAnswer(list: AttributeList, record: Recorder, attempt: Attempt): void {
  const firstOutputMs = record.streamed ? record.timer.firstOutputMs : undefined;
  const { finishReason } = record;
  list.set(attributes.finishReasons, finishReason === undefined ? undefined : [cut(finishReason)]);
  list.setCount(attributes.inputTokens, record.promptTokens);
  list.setCount(attributes.cachedTokens, record.cachedTokens);
  list.setCount(attributes.outputTokens, record.timing().outputTokens);
  if (firstOutputMs !== undefined) {
    list.setSeconds(attributes.timeToFirstChunk, firstOutputMs - attempt.startMs);
  }
}

/** Attributes in the making; what is `undefined` is left out. */
class AttributeList {
  readonly all: Attributes = {};

  set(name: string, value: string | number | boolean | string[] | undefined): void {
    if (value !== undefined) this.all[name] = typeof value === 'string' ? cut(value) : value;
  }

  /** Sets a whole number, rounded; an engine's count that is negative or beyond 2^53 is left out. */
  setCount(name: string, count: number | undefined): void {
    if (count === undefined || !(count >= 0 && count <= Number.MAX_SAFE_INTEGER)) return;
    this.all[name] = Math.round(count);
  }

  setSeconds(name: string, milliseconds: number | undefined): void {
    if (milliseconds !== undefined) this.all[name] = milliseconds / 1000;
  }
}

/** A span as the SDK hands it to exporters, made after the fact. */
class FinishedSpan implements ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly ended = true;
  readonly links = [];
  readonly events = [];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly #context: SpanContext;

  constructor(facts: SpanFacts, { resource, scope }: SpanOwner) {
    this.name = cut(facts.name);
    this.kind = facts.kind;
    if (facts.parent !== undefined) this.parentSpanContext = facts.parent;
    this.startTime = hrTime(facts.startMs);
    this.endTime = hrTime(facts.endMs);
    this.duration = hrTime(facts.endMs - facts.startMs);
    this.status = facts.isError ? STATUS_ERROR : STATUS_UNSET;
    this.attributes = facts.attributes.all;
    this.resource = resource;
    this.instrumentationScope = scope;
    this.#context = facts.context;
  }

  spanContext(): SpanContext {
    return this.#context;
  }
}

function contextOf({ traceId, tracestate }: TraceContext, spanId: string): SpanContext {
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  if (tracestate === undefined) return context;
  return { ...context, traceState: new TraceState(tracestate) };
}

function parentOf({ traceId, parentSpanId }: TraceContext): SpanContext | undefined {
  if (parentSpanId === undefined) return undefined;
  return { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** Seconds and nanoseconds. */
function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  const wholeMs = Math.floor(milliseconds);
  const nanoseconds = Math.round((milliseconds - wholeMs) * 1e6);
  return [seconds, (wholeMs - seconds * 1000) * 1e6 + nanoseconds];
}

function cut(text: string): string {
  return text.length > ATTRIBUTE_CHARACTERS_MAX ? text.slice(0, ATTRIBUTE_CHARACTERS_MAX) : text;
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
