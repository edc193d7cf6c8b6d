import { describe, expect, it } from 'vitest';
import { Attempt, type Recorder } from '../../telemetry/recorder.ts';
import { parseTraceparent } from '../../telemetry/trace-context.ts';
import { aDestination, aRecord, aTrace, anAnsweredRecord } from '../support/records.ts';

describe('a record', () => {
  it('is handed on once, however often it ends', () => {
    const handed: [Recorder, number][] = [];
    const record = aRecord({ sink: (one, endMs) => handed.push([one, endMs]) });

    record.end(1100);
    record.end(1200);

    expect(handed).toEqual([[record, 1100]]);
  });

  it('starts its timer when the request came', () => {
    const record = aRecord({ arrival: { receivedMs: 500 } });
    record.timer.output(512);

    expect(record.timing().timeToFirstTokenMs).toBe(12);
  });

  it('ends the attempt that is still open, with the failure that the client met', () => {
    const record = aRecord();
    const attempt = record.attempt(aDestination());
    record.errorCode = 'client_closed';

    record.end(1100);

    expect(attempt.endMs).toBe(1100);
    expect(attempt.errorCode).toBe('client_closed');
  });

  it('leaves alone an attempt that has ended', () => {
    const record = aRecord();
    const attempt = record.attempt(aDestination());
    attempt.end(1050);
    record.errorCode = 'internal';

    record.end(1100);

    expect(attempt.endMs).toBe(1050);
    expect(attempt.errorCode).toBeUndefined();
  });

  it('keeps its attempts in order and knows the last', () => {
    const record = aRecord();
    expect(record.lastAttempt).toBeUndefined();

    const first = record.attempt(aDestination({ replica: 'a' }));
    const second = record.attempt(aDestination({ replica: 'b' }));

    expect(record.attempts).toEqual([first, second]);
    expect(record.lastAttempt).toBe(second);
  });

  it("puts the engine's count above its own", () => {
    const record = aRecord();
    for (const atMs of [1010, 1020, 1030]) record.timer.output(atMs);
    expect(record.outputTokensSource).toBe('counted');
    expect(record.timing().outputTokens).toBe(3);

    record.usage({ prompt: 7, output: 5, cached: 4 });

    expect(record.outputTokensSource).toBe('usage');
    expect(record.timing().outputTokens).toBe(5);
    expect(record.promptTokens).toBe(7);
    expect(record.promptTokensSource).toBe('usage');
    expect(record.cachedTokens).toBe(4);
  });

  it('holds figures and names only: no field of it is a text that came in a body', () => {
    const texts = Object.entries(anAnsweredRecord())
      .filter(([, value]) => typeof value === 'string')
      .map(([name]) => name);

    expect(texts.toSorted()).toEqual([
      'dialect',
      'finishReason',
      'model',
      'promptTokensSource',
      'tenant',
    ]);
  });
});

describe('an attempt', () => {
  it('ends once', () => {
    const attempt = new Attempt(aDestination(), {});

    attempt.end(1010, 'engine_unreachable');
    attempt.end(1020);

    expect(attempt.endMs).toBe(1010);
    expect(attempt.errorCode).toBe('engine_unreachable');
  });

  it('remembers where it went and when', () => {
    const attempt = new Attempt(aDestination({ replica: 'b', engine: 'vllm', startMs: 7 }), {});

    expect(attempt).toMatchObject({ replica: 'b', engine: 'vllm', startMs: 7 });
    expect(attempt.endMs).toBeUndefined();
  });
});

describe('the trace headers of an attempt', () => {
  it("make the engine's span a child of the attempt", () => {
    const trace = aTrace({ tracestate: 'vendor=1' });
    const attempt = aRecord({ trace }).attempt(aDestination());

    expect(parseTraceparent(attempt.traceparent)).toEqual({
      traceId: trace.traceId,
      spanId: attempt.spanId,
      sampled: true,
    });
    expect(attempt.tracestate).toBe('vendor=1');
  });

  it('differ from attempt to attempt by the span', () => {
    const record = aRecord({ trace: aTrace() });
    const spans = [1, 2, 3].map(() => record.attempt(aDestination()).spanId);

    expect(new Set(spans).size).toBe(3);
    expect(spans).not.toContain(aTrace().spanId);
  });

  it('carry the decision not to sample', () => {
    const attempt = aRecord({ trace: aTrace({ sampled: false }) }).attempt(aDestination());

    expect(parseTraceparent(attempt.traceparent)?.sampled).toBe(false);
  });

  it('are those of the client where the gateway does not trace', () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    const headers = { traceparent, tracestate: 'vendor=1' };
    const attempt = aRecord({ arrival: headers }).attempt(aDestination());

    expect(attempt).toMatchObject(headers);
    expect(attempt.spanId).toBeUndefined();
  });

  it('are missing where nobody traces', () => {
    const attempt = aRecord().attempt(aDestination());

    expect(attempt.traceparent).toBeUndefined();
    expect(attempt.tracestate).toBeUndefined();
  });
});
