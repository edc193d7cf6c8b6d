import type { Ending } from '../../telemetry/ending.ts';
import type { SpanTerms } from '../../telemetry/spans.ts';
import type { Arrival, Destination, RecordSink, RouteSummary } from '../../telemetry/recorder.ts';
import type { TraceContext } from '../../telemetry/trace-context.ts';
import { Recorder } from '../../telemetry/recorder.ts';
import { seededRandom } from './chance.ts';

/** A chat request that arrived at 1,000 ms. */
export function anArrival(facts: Partial<Arrival> = {}): Arrival {
  return {
    requestId: 'request-0',
    receivedMs: 1000,
    method: 'POST',
    route: '/v1/chat/completions',
    operation: 'chat',
    ...facts,
  };
}

/** A sampled root of a trace. */
export function aTrace(facts: Partial<TraceContext> = {}): TraceContext {
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: undefined,
    sampled: true,
    tracestate: undefined,
    ...facts,
  };
}

/** The way to one replica, from 1,005 ms on. */
export function aDestination(facts: Partial<Destination> = {}): Destination {
  return {
    replica: 'replica-0',
    address: 'http://127.0.0.1:30000',
    engine: 'sglang',
    startMs: 1005,
    ...facts,
  };
}

/** An end at 1,080 ms that was good and whose trace is kept. */
export function anEnding(facts: Partial<Ending> = {}): Ending {
  return { endMs: 1080, wallMs: 1_700_000_000_000, service: 'good', decision: 'drawn', ...facts };
}

/** What spans tell of an end at 1,080 ms, on a wall clock that began with the monotonic one. */
export function spanTerms(facts: Partial<SpanTerms> = {}): SpanTerms {
  return { endMs: 1080, wallOffsetMs: 0, decision: 'drawn', goodGapMs: 100, ...facts };
}

/** A decision that picked one of two replicas. */
export function aRoute(facts: Partial<RouteSummary> = {}): RouteSummary {
  return {
    policy: 'kv-aware',
    replica: 'replica-0',
    candidates: 2,
    reason: 'kv-aware picked replica-0',
    costs: [],
    shadow: undefined,
    ...facts,
  };
}

/** What a record can be given beside its fields. */
export interface RecordParts {
  readonly arrival?: Partial<Arrival>;
  readonly trace?: TraceContext | undefined;
  readonly sink?: RecordSink;
}

/** A record that has just been opened. */
export function aRecord({ arrival, trace, sink = () => {} }: RecordParts = {}): Recorder {
  return new Recorder(anArrival(arrival), trace, sink, seededRandom(1));
}

/** A streamed answer of four tokens, 20, 30, 60 and 70 ms after the request came, told by the engine as 8 in, 4 out. */
export function anAnsweredRecord(parts: RecordParts = {}): Recorder {
  const record = aRecord(parts);
  record.tenant = 'acme';
  record.dialect = 'openai-chat';
  record.model = 'llama';
  record.streamed = true;
  record.queueWaitMs = 4;
  record.promptTokensEstimate = 10;
  record.requestBytes = 300;
  const attempt = record.attempt(aDestination());
  for (const afterMs of [20, 30, 60, 70]) record.timer.output(1000 + afterMs);
  record.usage({ prompt: 8, output: 4 });
  record.finishReason = 'stop';
  record.status = 200;
  record.responseBytes = 900;
  attempt.end(1075);
  return record;
}
