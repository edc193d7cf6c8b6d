import { describe, expect, it } from 'vitest';
import { BATCH_BYTES_MAX, SPAN_BYTES_MAX, SpanBatch } from '../../telemetry/span-batch.ts';
import { attributes } from '../../telemetry/semconv.ts';
import { ATTEMPT_SPANS_MAX } from '../../telemetry/spans.ts';
import { exportedBySdk, type SpanFacts, spanSource } from '../support/otlp.ts';
import { aDestination, aRecord, aTrace, anAnsweredRecord } from '../support/records.ts';

const times = { endMs: 1080, wallOffsetMs: 1_700_000_000_000 };

/** The server span of a request that was refused at once. */
const refused: SpanFacts = {
  name: 'POST /v1/chat/completions',
  kind: 'server',
  traceId: aTrace().traceId,
  spanId: aTrace().spanId,
  startMs: 1_700_000_001_000,
  endMs: 1_700_000_001_080,
  attributes: {
    'http.request.method': 'POST',
    'http.route': '/v1/chat/completions',
    'http.response.status_code': 503,
    'error.type': 'shutting_down',
    'gateway.request.id': 'request-0',
    'gateway.attempts': 0,
  },
  isError: true,
};

function addRefused(batch: SpanBatch): void {
  const record = aRecord({ trace: aTrace() });
  record.status = 503;
  record.errorCode = 'shutting_down';
  batch.add(record, aTrace(), times);
}

describe('the attributes that are published', () => {
  it('are all written for a request that met with everything', () => {
    const record = anAnsweredRecord({ trace: aTrace() });
    record.usage({ prompt: 8, output: 4, cached: 2 });
    record.pauses = 1;
    record.errorCode = 'engine_failed';
    record.refusal = 'ready';
    const batch = new SpanBatch(spanSource);
    batch.add(record, aTrace(), times);

    const body = Buffer.from(batch.finish()).toString('latin1');
    expect(Object.values(attributes).filter((name) => !body.includes(name))).toEqual([]);
  });
});

describe('a batch of spans', () => {
  it('is byte for byte the request that the OpenTelemetry exporter would send', () => {
    const batch = new SpanBatch(spanSource);
    for (let count = 0; count < 3; count += 1) addRefused(batch);

    expect(batch.spans).toBe(3);
    expect(Buffer.from(batch.finish())).toEqual(
      Buffer.from(exportedBySdk([refused, refused, refused])),
    );
  });

  it('serves again after it is emptied', () => {
    const batch = new SpanBatch(spanSource);
    for (let count = 0; count < 50; count += 1) addRefused(batch);
    batch.finish();

    batch.reset();
    expect(batch.spans).toBe(0);
    addRefused(batch);

    expect(Buffer.from(batch.finish())).toEqual(Buffer.from(exportedBySdk([refused])));
  });

  it('keeps more room for a request of more attempts', () => {
    const batch = new SpanBatch(spanSource);
    const tried = aRecord();
    for (let count = 0; count < ATTEMPT_SPANS_MAX; count += 1) tried.attempt(aDestination());

    while (batch.hasRoomFor(tried)) addRefused(batch);

    expect(batch.hasRoomFor(aRecord())).toBe(true);
  });

  it('has room until one more request might not fit, and is then right to the last byte', () => {
    const batch = new SpanBatch(spanSource);
    let requests = 0;
    while (batch.hasRoomFor(aRecord())) {
      addRefused(batch);
      requests += 1;
    }

    const body = batch.finish();
    const expected = exportedBySdk(Array.from({ length: requests }, () => refused));
    expect(body.length).toBeLessThan(BATCH_BYTES_MAX);
    expect(body.length).toBeGreaterThan(BATCH_BYTES_MAX - SPAN_BYTES_MAX - 1000);
    expect(Buffer.compare(body, expected)).toBe(0);
  });

  it('holds the longest request that there can be in the room that is kept for it', () => {
    const long = '\u{FFFD}'.repeat(10_000);
    const trace = aTrace({ tracestate: 'x'.repeat(512), parentSpanId: aTrace().spanId });
    const record = aRecord({
      trace,
      arrival: { requestId: long, route: long, operation: long, method: long },
    });
    record.tenant = long;
    record.dialect = long;
    record.model = long;
    record.errorCode = long;
    record.refusal = long;
    record.finishReason = long;
    for (let count = 0; count <= ATTEMPT_SPANS_MAX; count += 1) {
      record.attempt(aDestination({ replica: long, engine: long })).end(1010, long);
    }

    const batch = new SpanBatch(spanSource);
    const emptyBytes = batch.finish().length;
    batch.reset();
    batch.add(record, trace, times);

    expect(batch.spans).toBe(1 + ATTEMPT_SPANS_MAX);
    expect(batch.finish().length - emptyBytes).toBeLessThan(SPAN_BYTES_MAX * batch.spans);
  });
});
