import { describe, expect, it } from 'vitest';
import { sglangGenerate } from '../../../gateway/dialects/sglang-generate.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { EngineRefusal } from '../../../gateway/pipeline/attempt.ts';
import { refuse, relayRefusal } from '../../../gateway/pipeline/refuse.ts';
import { type AnExchange, anExchange, chatBody, decoded } from '../../support/exchange.ts';
import { chatEvent } from '../../support/streams.ts';

function refused(error: unknown, facts: Partial<AnExchange> = {}): AnExchange {
  const exchange = anExchange(facts);
  refuse(exchange, error);
  return exchange;
}

/** An exchange whose head is out and which has answered something. */
function begun(facts: Partial<AnExchange> = {}): AnExchange {
  const exchange = anExchange(facts);
  exchange.reply.start(200, {});
  exchange.reply.write(chatEvent('a'));
  return exchange;
}

describe('a refusal before the head is out', () => {
  it('is recorded with what in particular refused', () => {
    const error = new GatewayError('no_replica', 'None is ready.', { reason: 'ready' });
    expect(refused(error).recorder).toMatchObject({ errorCode: 'no_replica', refusal: 'ready' });

    expect(refused(new GatewayError('internal', 'x')).recorder.refusal).toBeUndefined();
  });

  it('is a status and a body of known length in the dialect’s shape', () => {
    const error = new GatewayError('model_not_found', 'Kein Modell „x“.', { param: 'model' });
    const { reply, recorder, dialect } = refused(error);

    expect(reply.head).toEqual({
      status: 404,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(reply.text)),
      },
    });
    expect(reply.text).toBe(dialect.encodeError(error, 'request-0').body);
    expect(reply.ending).toBe('finished');
    expect(recorder.errorCode).toBe('model_not_found');
  });

  it.each([
    [1, '1'],
    [0, '1'],
    [1000, '1'],
    [1001, '2'],
    [60_000, '60'],
  ])('that says to come back after %i ms says %s in seconds', (retryAfterMs, seconds) => {
    const { reply } = refused(new GatewayError('saturated', 'x', { retryAfterMs }));

    expect(reply.head?.headers['retry-after']).toBe(seconds);
  });

  it('that names no time has no Retry-After', () => {
    expect(refused(new GatewayError('internal', 'x')).reply.head?.headers).not.toHaveProperty(
      'retry-after',
    );
  });

  it('can be of a request that could not be read', () => {
    const { requestId, dialect, recorder, reply } = anExchange();
    refuse({ requestId, dialect, recorder, reply }, new GatewayError('invalid_request', 'x'));

    expect(reply.head?.status).toBe(400);
  });
});

describe('a refusal inside a stream', () => {
  it('is an error event, then a broken connection, and never the end of a stream', () => {
    const exchange = begun();
    const error = new GatewayError('engine_failed', 'It broke.');
    refuse(exchange, error);

    expect(exchange.reply.text).toBe(
      chatEvent('a') + exchange.dialect.encodeErrorEvent(error, 'request-0'),
    );
    expect(exchange.reply.text).not.toContain('[DONE]');
    expect(exchange.reply.ending).toBe('broken');
    expect(exchange.recorder.errorCode).toBe('engine_failed');
  });

  it('adds nothing to an answer that is no stream: it breaks', () => {
    const exchange = begun({ request: decoded({ ...chatBody, stream: false }) });
    refuse(exchange, new GatewayError('engine_failed', 'It broke.'));

    expect(exchange.reply.text).toBe(chatEvent('a'));
    expect(exchange.reply.ending).toBe('broken');
  });
});

describe('a client that has left', () => {
  it.each([false, true])('is told nothing, the head being out: %s', (isBegun) => {
    const exchange = isBegun ? begun() : anExchange();
    const before = exchange.reply.text;
    exchange.reply.depart();
    refuse(exchange, new GatewayError('client_closed', 'x'));

    expect(exchange.reply.text).toBe(before);
    expect(exchange.reply.started).toBe(isBegun);
    expect(exchange.reply.ending).toBe('broken');
    expect(exchange.recorder.errorCode).toBe('client_closed');
  });

  it('is told nothing of another failure either, which is recorded', () => {
    const exchange = begun();
    exchange.reply.depart();
    refuse(exchange, new GatewayError('engine_failed', 'x'));

    expect(exchange.reply.text).toBe(chatEvent('a'));
    expect(exchange.recorder.errorCode).toBe('engine_failed');
  });
});

describe('a bug', () => {
  it('is internal, and the client learns nothing of it', () => {
    const { reply, recorder } = refused(new TypeError('secret of replica 10.0.0.7'));

    expect(reply.head?.status).toBe(500);
    expect(JSON.parse(reply.text)).toMatchObject({
      error: { code: 'internal', message: 'The gateway failed. Its log has the request id.' },
    });
    expect(reply.text).not.toContain('secret');
    expect(recorder.errorCode).toBe('internal');
  });

  it('may be a thrown thing that is no error', () => {
    expect(refused('oops').reply.head?.status).toBe(500);
  });
});

describe('an engine’s own refusal', () => {
  const body = Buffer.from('{"error":{"message":"Full.","code":503}}');

  function passedOn(
    facts: Partial<EngineRefusal>,
    exchange: AnExchange = anExchange(),
  ): AnExchange {
    const headers = { 'content-type': 'application/json', server: 'uvicorn' };
    relayRefusal(exchange, { status: 400, headers, body, ...facts });
    return exchange;
  }

  it('passes with its status, headers and bytes where clients can read it', () => {
    const { reply, recorder } = passedOn({ status: 422 });

    expect(reply.head).toEqual({
      status: 422,
      headers: {
        'content-type': 'application/json',
        server: 'uvicorn',
        'content-length': String(body.length),
      },
    });
    expect(reply.body).toEqual(body);
    expect(reply.ending).toBe('finished');
    expect(recorder.errorCode).toBe('engine_refused_422');
  });

  it('is put into the shape that clients read, with the length and type of that', () => {
    const { reply } = passedOn({
      status: 500,
      headers: { 'content-type': 'text/plain', 'content-length': '21' },
      body: Buffer.from('Internal Server Error'),
    });

    expect(JSON.parse(reply.text)).toMatchObject({ error: { message: 'Internal Server Error' } });
    expect(reply.head?.headers).toEqual({
      'content-type': 'application/json',
      'content-length': String(reply.bytesSent),
    });
  });

  it('stays as it is in the engine’s own dialect', () => {
    const request = decoded({ text: 'x' }, sglangGenerate, '/generate');
    const exchange = anExchange({ dialect: sglangGenerate, request });
    passedOn({ body: Buffer.from('oops'), headers: { 'content-type': 'text/plain' } }, exchange);

    expect(exchange.reply.text).toBe('oops');
    expect(exchange.reply.head?.headers['content-type']).toBe('text/plain');
  });

  it.each([429, 503])('of %i says when to come back, which engines never do', (status) => {
    expect(passedOn({ status }).reply.head?.headers['retry-after']).toBe('1');
    expect(
      passedOn({ status, headers: { 'retry-after': '7' } }).reply.head?.headers['retry-after'],
    ).toBe('7');
  });

  it.each([400, 404, 500])('of %i does not', (status) => {
    expect(passedOn({ status }).reply.head?.headers).not.toHaveProperty('retry-after');
  });
});
