import { describe, expect, it } from 'vitest';
import type { Ending } from '../../telemetry/ending.ts';
import { requestLine } from '../../telemetry/request-line.ts';
import {
  aDestination,
  aRecord,
  aRoute,
  aTrace,
  anAnsweredRecord,
  anEnding,
} from '../support/records.ts';

/** The line as a reader of the log gets it. */
function lineOf(record = anAnsweredRecord(), ending: Partial<Ending> = {}): unknown {
  return structuredClone(requestLine(record, anEnding({ endMs: 1080.12345, ...ending })));
}

describe('the log line of a request', () => {
  it('tells the whole record in milliseconds', () => {
    expect(lineOf()).toEqual({
      level: 'info',
      time: 1_700_000_000_000,
      msg: 'request',
      request_id: 'request-0',
      route: '/v1/chat/completions',
      dialect: 'openai-chat',
      tenant: 'acme',
      model: 'llama',
      stream: true,
      status: 200,
      service: 'good',
      finish_reason: 'stop',
      replica: 'replica-0',
      attempts: 1,
      duration_ms: 80.123,
      queue_ms: 4,
      ttft_ms: 20,
      tpot_ms: 16.667,
      itl_max_ms: 30,
      input_tokens: 8,
      input_tokens_source: 'usage',
      input_tokens_estimate: 10,
      output_tokens: 4,
      output_tokens_source: 'usage',
      request_bytes: 300,
      response_bytes: 900,
    });
  });

  it('tells why it went where it went where it failed, each decision in a line', () => {
    const record = anAnsweredRecord();
    record.routes.push(aRoute({ reason: 'first' }), aRoute({ reason: 'second' }));
    expect(lineOf(record)).toMatchObject({ decisions: undefined });

    record.errorCode = 'engine_failed';
    expect(lineOf(record)).toMatchObject({ decisions: ['first', 'second'] });
  });

  it.each([
    ['late', ['first']],
    ['slow', ['first']],
    ['good', undefined],
    ['left', undefined],
    [undefined, undefined],
  ] as const)('tells it of what was served %s: %j', (service, decisions) => {
    const record = anAnsweredRecord();
    record.routes.push(aRoute({ reason: 'first' }));

    expect(lineOf(record, { service })).toMatchObject({ decisions });
  });

  it('puts nothing into words that it does not write', () => {
    const record = anAnsweredRecord();
    let words = 0;
    const route = {
      ...aRoute(),
      get reason() {
        words += 1;
        return '';
      },
    };
    record.routes.push(route);

    requestLine(record, anEnding());
    expect(words).toBe(0);
  });

  it('names the trace and why it is kept, so that a reader can go on there', () => {
    const record = anAnsweredRecord({ trace: aTrace() });

    const traced = { trace_id: aTrace().traceId, trace: 'slow' };
    expect(lineOf(record, { decision: 'slow' })).toMatchObject(traced);
  });

  it('names the failure, its cause, what refused it, and every attempt that failed', () => {
    const record = aRecord();
    record.attempt(aDestination({ replica: 'a' })).end(1010, 'engine_unreachable');
    record.attempt(aDestination({ replica: 'b' })).end(1020, 'engine_timeout');
    record.errorCode = 'engine_timeout';
    record.errorCause = 'ETIMEDOUT no connection within 2000 ms';
    record.refusal = 'retry-budget';

    expect(lineOf(record)).toMatchObject({
      error: 'engine_timeout',
      cause: 'ETIMEDOUT no connection within 2000 ms',
      refusal: 'retry-budget',
      replica: 'b',
      attempts: 2,
      failed_attempts: ['a: engine_unreachable', 'b: engine_timeout'],
    });
  });

  it('names an attempt that failed before another that answered', () => {
    const record = aRecord();
    record.attempt(aDestination({ replica: 'a' })).end(1010, 'engine_unreachable');
    record.attempt(aDestination({ replica: 'b' })).end(1020);

    expect(lineOf(record)).toMatchObject({ failed_attempts: ['a: engine_unreachable'] });
  });

  it('says so when the client read slowly or the engine had the prompt in its cache', () => {
    const record = anAnsweredRecord();
    record.pauses = 2;
    record.resumes = 1;
    record.usage({ prompt: 8, output: 4, cached: 6 });

    expect(lineOf(record)).toMatchObject({ pauses: 2, resumes: 1, cached_tokens: 6 });
  });

  it('is short for a request that was refused at the door', () => {
    const record = aRecord();
    record.status = 401;
    record.errorCode = 'unauthenticated';

    const line = JSON.stringify(lineOf(record, { service: undefined }));

    expect([...line.matchAll(/"(\w+)":/g)].map(([, name]) => name)).toEqual([
      'level',
      'time',
      'msg',
      'request_id',
      'route',
      'stream',
      'status',
      'error',
      'attempts',
      'duration_ms',
      'output_tokens',
      'output_tokens_source',
      'request_bytes',
      'response_bytes',
    ]);
  });
});
