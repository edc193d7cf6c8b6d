import type { Attributes, HrTime, SpanContext, SpanStatus } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { AttributeList, cut } from './attribute-list.ts';
import type { Attempt, Recorder, RouteSummary } from './recorder.ts';
import { attributes, costAttribute } from './span-attributes.ts';
import { addStream } from './stream-attributes.ts';
import type { TraceContext } from './trace-context.ts';
import type { TraceDecision } from './trace-decision.ts';

/** What of a request's end its spans tell, beside its record. */
export interface SpanTerms {
  readonly endMs: number;
  /** Milliseconds since 1970 less monotonic milliseconds. */
  readonly wallOffsetMs: number;
  readonly decision: TraceDecision;
  /** Gaps up to this are good, and no stalls. */
  readonly goodGapMs: number;
}

/** Who the spans are of. */
export interface SpanOwner {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/** Attempts of one request that get a span; the retry budget ends long before. */
export const ATTEMPT_SPANS_MAX = 16;

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
  terms: SpanTerms,
  owner: SpanOwner,
): readonly ReadableSpan[] {
  const attempts = record.attempts.slice(0, ATTEMPT_SPANS_MAX);
  const tries = attempts.map((attempt, index) => ({ trace, attempt, ordinal: index + 1, terms }));
  return [
    new FinishedSpan(serverSpan(record, trace, terms), owner),
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

function serverSpan(record: Recorder, trace: TraceContext, terms: SpanTerms): SpanFacts {
  const { arrival, status, errorCode } = record;
  const list = new AttributeList();
  list.set(attributes.method, arrival.method);
  list.set(attributes.route, arrival.route);
  list.setCount(attributes.status, status);
  list.set(attributes.error, errorCode);
  list.set(attributes.requestId, arrival.requestId);
  list.set(attributes.traceDecision, terms.decision);
  list.set(attributes.tenant, record.tenant);
  list.set(attributes.dialect, record.dialect);
  list.set(attributes.refusal, record.refusal);
  list.setCount(attributes.attempts, record.attempts.length);
  list.setSeconds(attributes.queueWait, record.queueWaitMs);
  list.setCount(attributes.promptTokensEstimate, record.promptTokensEstimate);
  list.setCount(attributes.outputTokensEstimate, record.outputTokensEstimate);
  addRoute(list, record);
  if (record.streamed) addStream(list, record, terms.goodGapMs);
  return {
    name: `${arrival.method} ${arrival.route}`,
    kind: SpanKind.SERVER,
    context: contextOf(trace, trace.spanId),
    parent: parentOf(trace),
    startMs: arrival.receivedMs + terms.wallOffsetMs,
    endMs: terms.endMs + terms.wallOffsetMs,
    isError: status >= 500,
    attributes: list,
  };
}

/** The terms of what the pick cost, each under its name, so that traces can be searched by them. */
function addCosts(list: AttributeList, costs: RouteSummary['costs']): void {
  let totalSeconds = 0;
  for (const { name, seconds } of costs) {
    list.set(costAttribute(name), seconds);
    totalSeconds += seconds;
  }
  if (costs.length > 0) list.set(attributes.routeCostTotal, totalSeconds);
}

/** Why it went there is worth its words only where it could have gone elsewhere. */
function addRoute(list: AttributeList, { route }: Recorder): void {
  if (route === undefined) return;
  list.set(attributes.routePolicy, route.policy);
  list.setCount(attributes.routeCandidates, route.candidates);
  if (route.candidates > 1) list.setWhole(attributes.routeReason, route.reason);
  addCosts(list, route.costs);
}

interface Try {
  readonly trace: TraceContext;
  readonly attempt: Attempt;
  /** 1 for the first attempt. */
  readonly ordinal: number;
  readonly terms: SpanTerms;
}

function clientSpan(record: Recorder, { trace, attempt, ordinal, terms }: Try): SpanFacts {
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
  list.setCount(attributes.numaNode, attempt.numaNode);
  list.setCount(attributes.attempt, ordinal);
  list.set(attributes.error, attempt.errorCode);
  if (attempt === record.lastAttempt) addAnswer(list, record, attempt);
  return {
    name: record.model === undefined ? operation : `${operation} ${record.model}`,
    kind: SpanKind.CLIENT,
    context: contextOf(trace, attempt.spanId ?? trace.spanId),
    parent: contextOf(trace, trace.spanId),
    startMs: attempt.startMs + terms.wallOffsetMs,
    endMs: (attempt.endMs ?? terms.endMs) + terms.wallOffsetMs,
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
