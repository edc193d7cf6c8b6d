import type { Attributes } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import type { Recorder } from '../../telemetry/recorder.ts';
import { encodeGaps } from '../../telemetry/gap-code.ts';
import { gapBoundsSeconds } from '../../telemetry/gap-figures.ts';
import { ATTRIBUTE_CHARACTERS_MAX } from '../../telemetry/attribute-list.ts';
import { ATTEMPT_SPANS_MAX, spanCountOf, spansOf } from '../../telemetry/spans.ts';
import type { TraceContext } from '../../telemetry/trace-context.ts';
import {
  aDestination,
  aRecord,
  aRoute,
  aTrace,
  anAnsweredRecord,
  spanTerms,
} from '../support/records.ts';

const owner = { resource: resourceFromAttributes({}), scope: { name: 'numagate' } };

/** What a span says, in short. */
interface SpanFacts {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly isParentRemote: boolean;
  readonly tracestate: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly isError: boolean;
}

/** The spans of a record that ends at 1,080 ms. */
function spansAt1080(record: Recorder, trace: TraceContext = aTrace()): readonly ReadableSpan[] {
  return spansOf(record, trace, spanTerms({ wallOffsetMs: 1_700_000_000_000 }), owner);
}

function factsOf(record: Recorder, trace: TraceContext = aTrace()): readonly SpanFacts[] {
  return spansAt1080(record, trace).map((span) => {
    const { traceId, spanId, traceState, traceFlags } = span.spanContext();
    expect(traceFlags).toBe(1);
    return {
      name: span.name,
      kind: span.kind,
      traceId,
      spanId,
      parentSpanId: span.parentSpanContext?.spanId,
      isParentRemote: span.parentSpanContext?.isRemote ?? false,
      tracestate: traceState?.serialize(),
      startMs: inMs(span.startTime),
      endMs: inMs(span.endTime),
      attributes: span.attributes,
      isError: span.status.code === SpanStatusCode.ERROR,
    };
  });
}

function inMs([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

function serverSpan(changes: Partial<SpanFacts> = {}): SpanFacts {
  return {
    name: 'POST /v1/chat/completions',
    kind: SpanKind.SERVER,
    traceId: aTrace().traceId,
    spanId: aTrace().spanId,
    parentSpanId: undefined,
    isParentRemote: false,
    tracestate: undefined,
    startMs: 1_700_000_001_000,
    endMs: 1_700_000_001_080,
    attributes: {},
    isError: false,
    ...changes,
  };
}

function clientSpan(
  attempt: { readonly spanId: string | undefined } | undefined,
  changes: Partial<SpanFacts> = {},
): SpanFacts {
  return {
    ...serverSpan(),
    name: 'chat llama',
    kind: SpanKind.CLIENT,
    spanId: attempt?.spanId,
    parentSpanId: aTrace().spanId,
    startMs: 1_700_000_001_005,
    endMs: 1_700_000_001_075,
    ...changes,
  };
}

const ofTheRequest = {
  'http.request.method': 'POST',
  'http.route': '/v1/chat/completions',
  'http.response.status_code': 200,
  'gateway.request.id': 'request-0',
  'gateway.trace.decision': 'drawn',
  'gateway.tenant': 'acme',
  'gateway.dialect': 'openai-chat',
  'gateway.attempts': 1,
  'gateway.queue.wait': 0.004,
  'gateway.prompt.estimated_tokens': 10,
};

const ofTheStream = {
  'gateway.time_to_first_token': 0.02,
  'gateway.time_per_output_token': 50 / 3 / 1000,
  'gateway.inter_token_latency.p50': 0.01,
  'gateway.inter_token_latency.p95': 0.03,
  'gateway.inter_token_latency.max': 0.03,
  'gateway.inter_token_latency.bounds': [...gapBoundsSeconds],
  'gateway.inter_token_latency.counts': [0, 2, 0, 1, 0, 0, 0, 0, 0],
  'gateway.stalls': 0,
  'gateway.gaps': encodeGaps(Float32Array.of(10, 30, 10), 3),
};

const ofTheAttempt = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'sglang',
  'gen_ai.request.model': 'llama',
  'gen_ai.request.stream': true,
  'server.address': '127.0.0.1',
  'server.port': 30_000,
  'gateway.replica': 'replica-0',
  'gateway.attempt': 1,
};

const ofTheAnswer = {
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 8,
  'gen_ai.usage.output_tokens': 4,
  'gen_ai.response.time_to_first_chunk': 0.015,
};

describe('the spans of a streamed answer', () => {
  it('are a server span and below it a client span, with all that the record knows', () => {
    const record = anAnsweredRecord({ trace: aTrace() });

    const spans = [
      serverSpan({ attributes: { ...ofTheRequest, ...ofTheStream } }),
      clientSpan(record.lastAttempt, { attributes: { ...ofTheAttempt, ...ofTheAnswer } }),
    ];
    expect(factsOf(record)).toEqual(spans);
  });

  it("stand in the caller's trace", () => {
    const trace = aTrace({ parentSpanId: '00f067aa0ba902b7', tracestate: 'vendor=1' });
    const record = aRecord({ trace });
    record.status = 200;

    const span = serverSpan({
      parentSpanId: '00f067aa0ba902b7',
      isParentRemote: true,
      tracestate: 'vendor=1',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/chat/completions',
        'http.response.status_code': 200,
        'gateway.request.id': 'request-0',
        'gateway.trace.decision': 'drawn',
        'gateway.attempts': 0,
      },
    });
    expect(factsOf(record, trace)).toEqual([span]);
  });

  it('tell of pauses and of tokens that were in the cache', () => {
    const record = anAnsweredRecord({ trace: aTrace() });
    record.pauses = 3;
    record.resumes = 2;
    record.usage({ prompt: 8, output: 4, cached: 6 });

    const spans = [
      serverSpan({
        attributes: {
          ...ofTheRequest,
          ...ofTheStream,
          'gateway.engine.pauses': 3,
          'gateway.resumes': 2,
        },
      }),
      clientSpan(record.lastAttempt, {
        attributes: {
          ...ofTheAttempt,
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.usage.input_tokens': 8,
          'gen_ai.usage.cache_read.input_tokens': 6,
          'gen_ai.usage.output_tokens': 4,
          'gen_ai.response.time_to_first_chunk': 0.015,
        },
      }),
    ];
    expect(factsOf(record)).toEqual(spans);
  });
});

describe('the server span of a request that was routed', () => {
  function attributesWith(candidates: number): Attributes | undefined {
    const record = aRecord({ trace: aTrace() });
    record.routes.push(aRoute({ candidates, reason: 'r'.repeat(2000) }));
    return spansAt1080(record)[0]?.attributes;
  }

  it('tells by which policy, from how many, and why, in all its words', () => {
    expect(attributesWith(2)).toMatchObject({
      'gateway.route.policy': 'kv-aware',
      'gateway.route.candidates': 2,
      'gateway.route.reason': 'r'.repeat(2000),
    });
  });

  it('tells each term of what the pick cost, and their sum', () => {
    const record = aRecord({ trace: aTrace() });
    const costs = [
      { name: 'prefill-wait', seconds: 0.5 },
      { name: 'decode-slowdown', seconds: 0.25 },
    ];
    record.routes.push(aRoute({ costs }));

    expect(spansAt1080(record)[0]?.attributes).toMatchObject({
      'gateway.route.cost.prefill_wait': 0.5,
      'gateway.route.cost.decode_slowdown': 0.25,
      'gateway.route.cost.total': 0.75,
    });
    expect(attributesWith(2)).not.toHaveProperty('gateway.route.cost.total');
  });

  it('needs no reason where there was no choice', () => {
    expect(attributesWith(1)).not.toHaveProperty('gateway.route.reason');
  });
});

describe('the spans of an answer that comes whole', () => {
  it('tell no times of tokens', () => {
    const record = anAnsweredRecord({ trace: aTrace() });
    record.streamed = false;

    const { 'gen_ai.response.time_to_first_chunk': _first, ...answer } = ofTheAnswer;
    const spans = [
      serverSpan({ attributes: ofTheRequest }),
      clientSpan(record.lastAttempt, {
        attributes: { ...ofTheAttempt, 'gen_ai.request.stream': false, ...answer },
      }),
    ];
    expect(factsOf(record)).toEqual(spans);
  });
});

describe('the spans of a request that was retried', () => {
  it('are one client span for each attempt, and only the last tells of the answer', () => {
    const record = aRecord({ trace: aTrace() });
    record.model = 'llama';
    record.status = 200;
    const first = record.attempt(aDestination({ replica: 'a' }));
    first.end(1020, 'engine_unreachable');
    const second = record.attempt(
      aDestination({ replica: 'b', address: 'https://b.test', startMs: 1021 }),
    );
    record.usage({ prompt: 8, output: 4 });
    second.end(1075);

    const tried = { ...ofTheAttempt, 'gen_ai.request.stream': false };
    const spans = [
      serverSpan({
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/v1/chat/completions',
          'http.response.status_code': 200,
          'gateway.request.id': 'request-0',
          'gateway.trace.decision': 'drawn',
          'gateway.attempts': 2,
        },
      }),
      clientSpan(first, {
        endMs: 1_700_000_001_020,
        attributes: { ...tried, 'gateway.replica': 'a', 'error.type': 'engine_unreachable' },
        isError: true,
      }),
      clientSpan(second, {
        startMs: 1_700_000_001_021,
        attributes: {
          ...tried,
          'server.address': 'b.test',
          'server.port': 443,
          'gateway.replica': 'b',
          'gateway.attempt': 2,
          'gen_ai.usage.input_tokens': 8,
          'gen_ai.usage.output_tokens': 4,
        },
      }),
    ];
    expect(factsOf(record)).toEqual(spans);
  });

  it.each([
    [ATTEMPT_SPANS_MAX, ATTEMPT_SPANS_MAX + 1],
    [ATTEMPT_SPANS_MAX + 1, ATTEMPT_SPANS_MAX + 1],
  ])('after %i attempts are %i', (attempts, spans) => {
    const record = aRecord({ trace: aTrace() });
    for (let count = 0; count < attempts; count += 1) record.attempt(aDestination()).end(1010);

    expect(spansAt1080(record)).toHaveLength(spans);
    expect(spanCountOf(record)).toBe(spans);
  });
});

describe('a failure', () => {
  it.each([
    [499, 'client_closed', false],
    [404, 'model_not_found', false],
    [500, 'internal', true],
    [503, 'saturated', true],
  ])('of status %i, %s, is an error of the server span: %s', (status, errorCode, isError) => {
    const record = aRecord({ trace: aTrace() });
    record.status = status;
    record.errorCode = errorCode;
    record.refusal = 'why';

    const span = serverSpan({
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/chat/completions',
        'http.response.status_code': status,
        'error.type': errorCode,
        'gateway.request.id': 'request-0',
        'gateway.trace.decision': 'drawn',
        'gateway.refusal': 'why',
        'gateway.attempts': 0,
      },
      isError,
    });
    expect(factsOf(record)).toEqual([span]);
  });
});

describe('the address of a replica', () => {
  function attemptAt(address: string): Attributes | undefined {
    const record = aRecord({ trace: aTrace() });
    record.attempt(aDestination({ address })).end(1010);
    return spansAt1080(record)[1]?.attributes;
  }

  it('that is no URL is left out', () => {
    const names = Object.keys(attemptAt('unix socket') ?? {});

    expect(names).toContain('gateway.replica');
    expect(names).not.toContain('server.address');
    expect(names).not.toContain('server.port');
  });

  it.each([
    ['http://10.0.0.7', '10.0.0.7', 80],
    ['http://[::1]:8000', '::1', 8000],
    ['https://b.test:8443/base', 'b.test', 8443],
    ['https://b.test', 'b.test', 443],
  ])('%s names the host %s and the port %i', (address, host, port) => {
    expect(attemptAt(address)).toMatchObject({ 'server.address': host, 'server.port': port });
  });
});

describe('the NUMA node of a replica', () => {
  it('stands on its attempt, node 0 too, and nowhere where it is not known', () => {
    const record = aRecord({ trace: aTrace() });
    record.attempt(aDestination({ numaNode: 0 })).end(1010);
    record.attempt(aDestination()).end(1020);

    const [, known, unknown] = spansAt1080(record);
    expect(known?.attributes['gateway.numa_node']).toBe(0);
    expect(unknown?.attributes).not.toHaveProperty('gateway.numa_node');
  });
});

describe('a text', () => {
  it.each([
    [ATTRIBUTE_CHARACTERS_MAX, ATTRIBUTE_CHARACTERS_MAX],
    [ATTRIBUTE_CHARACTERS_MAX + 1, ATTRIBUTE_CHARACTERS_MAX],
  ])('of %i characters is %i in a span', (characters, kept) => {
    const requestId = 'x'.repeat(characters);
    const record = aRecord({ trace: aTrace(), arrival: { requestId } });
    record.finishReason = requestId;
    record.attempt(aDestination()).end(1010);

    const [server, client] = spansAt1080(record);
    expect(server?.attributes['gateway.request.id']).toHaveLength(kept);
    expect(client?.attributes['gen_ai.response.finish_reasons']).toEqual(['x'.repeat(kept)]);
  });
});

describe('a count', () => {
  function inputTokens(prompt: number): unknown {
    const record = aRecord({ trace: aTrace() });
    record.attempt(aDestination()).end(1010);
    record.usage({ prompt, output: 1 });
    return spansAt1080(record)[1]?.attributes['gen_ai.usage.input_tokens'];
  }

  it.each([
    [0, 0],
    [12.4, 12],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Number.MAX_SAFE_INTEGER + 1, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [Infinity, undefined],
  ])('that an engine tells as %f is %s in a span', (told, written) => {
    expect(inputTokens(told)).toBe(written);
  });

  it('that is estimated is rounded', () => {
    const record = aRecord({ trace: aTrace() });
    record.promptTokensEstimate = 9.6;

    expect(spansAt1080(record)[0]?.attributes['gateway.prompt.estimated_tokens']).toBe(10);
  });
});

describe('a name of any length', () => {
  it('is cut as a text is', () => {
    const record = aRecord({ trace: aTrace(), arrival: { route: 'x'.repeat(1000) } });

    expect(spansAt1080(record)[0]?.name).toHaveLength(ATTRIBUTE_CHARACTERS_MAX);
  });
});

describe('a time between two milliseconds', () => {
  it('keeps its nanoseconds', () => {
    const record = aRecord({ trace: aTrace(), arrival: { receivedMs: 1000.25 } });

    const [span] = spansAt1080(record);
    expect(span?.startTime).toEqual([1_700_000_001, 250_000]);
    expect(span?.endTime).toEqual([1_700_000_001, 80_000_000]);
    expect(span?.duration).toEqual([0, 79_750_000]);
  });
});
