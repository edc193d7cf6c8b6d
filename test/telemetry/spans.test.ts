import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from '../../telemetry/protobuf-writer.ts';
import type { Recorder } from '../../telemetry/recorder.ts';
import { SpanWriter } from '../../telemetry/span-writer.ts';
import { ATTEMPT_SPANS_MAX, spansOf, writeSpans } from '../../telemetry/spans.ts';
import type { TraceContext } from '../../telemetry/trace-context.ts';
import { exportedBySdk, type SpanFacts } from '../support/otlp.ts';
import { aDestination, aRecord, aTrace, anAnsweredRecord } from '../support/records.ts';

/** The spans of a record that ends at 1,080 ms, as bytes in hex. */
function written(record: Recorder, trace: TraceContext = aTrace()): string {
  const bytes = new ProtobufWriter(65_536);
  writeSpans(new SpanWriter(bytes), record, trace, {
    endMs: 1080,
    wallOffsetMs: 1_700_000_000_000,
  });
  return Buffer.from(bytes.written()).toString('hex');
}

/** The spans as the OpenTelemetry exporter writes them, within its whole request. */
function expected(...spans: readonly SpanFacts[]): string {
  return Buffer.from(exportedBySdk(spans)).toString('hex');
}

function serverSpan(changes: Partial<SpanFacts> = {}): SpanFacts {
  return {
    name: 'POST /v1/chat/completions',
    kind: 'server',
    traceId: aTrace().traceId,
    spanId: aTrace().spanId,
    startMs: 1_700_000_001_000,
    endMs: 1_700_000_001_080,
    attributes: {},
    ...changes,
  };
}

function clientSpan(
  attempt: { readonly spanId: string | undefined } | undefined,
  changes: Partial<SpanFacts> = {},
): SpanFacts {
  return {
    name: 'chat llama',
    kind: 'client',
    traceId: aTrace().traceId,
    spanId: attempt?.spanId ?? '',
    parentSpanId: aTrace().spanId,
    startMs: 1_700_000_001_005,
    endMs: 1_700_000_001_075,
    attributes: {},
    ...changes,
  };
}

const ofTheRequest = {
  'http.request.method': 'POST',
  'http.route': '/v1/chat/completions',
  'http.response.status_code': 200,
  'gateway.request.id': 'request-0',
  'gateway.tenant': 'acme',
  'gateway.dialect': 'openai-chat',
  'gateway.attempts': 1,
  'gateway.queue.wait': 0.004,
  'gateway.prompt.estimated_tokens': 10,
};

const ofTheStream = {
  'gateway.time_to_first_token': 0.02,
  'gateway.time_per_output_token': 50 / 3 / 1000,
  'gateway.inter_token_latency.max': 0.03,
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
    expect(expected(...spans)).toContain(written(record));
    expect(spansOf(record)).toBe(2);
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
        'gateway.attempts': 0,
      },
    });
    expect(expected(span)).toContain(written(record, trace));
  });

  it('tell of pauses and of tokens that were in the cache', () => {
    const record = anAnsweredRecord({ trace: aTrace() });
    record.pauses = 3;
    record.usage({ prompt: 8, output: 4, cached: 6 });

    const spans = [
      serverSpan({ attributes: { ...ofTheRequest, ...ofTheStream, 'gateway.engine.pauses': 3 } }),
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
    expect(expected(...spans)).toContain(written(record));
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
    expect(expected(...spans)).toContain(written(record));
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
    expect(expected(...spans)).toContain(written(record));
  });

  it.each([
    [ATTEMPT_SPANS_MAX, ATTEMPT_SPANS_MAX + 1],
    [ATTEMPT_SPANS_MAX + 1, ATTEMPT_SPANS_MAX + 1],
  ])('after %i attempts are %i', (attempts, spans) => {
    const record = aRecord({ trace: aTrace() });
    for (let count = 0; count < attempts; count += 1) record.attempt(aDestination()).end(1010);

    const clientSpans = written(record).split(Buffer.from('gateway.attempt\u0012').toString('hex'));
    expect(spansOf(record)).toBe(spans);
    expect(clientSpans).toHaveLength(spans);
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
        'gateway.refusal': 'why',
        'gateway.attempts': 0,
      },
      isError,
    });
    expect(expected(span)).toContain(written(record));
  });
});

describe('the address of a replica', () => {
  function attemptAt(address: string): string {
    const record = aRecord({ trace: aTrace() });
    record.attempt(aDestination({ address })).end(1010);
    return Buffer.from(written(record), 'hex').toString('latin1');
  }

  it('that is no URL is left out', () => {
    expect(attemptAt('unix socket')).not.toContain('server.');
  });

  it.each([
    ['http://10.0.0.7', '10.0.0.7'],
    ['http://[::1]:8000', '::1'],
    ['https://b.test:8443/base', 'b.test'],
  ])('%s names the host %s', (address, host) => {
    expect(attemptAt(address)).toContain(`${String.fromCharCode(host.length)}${host}`);
  });
});
