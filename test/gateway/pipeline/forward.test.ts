import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { AttemptEnd } from '../../../gateway/pipeline/attempt.ts';
import { forward } from '../../../gateway/pipeline/forward.ts';
import type { Place } from '../../../gateway/pipeline/dispatcher.ts';
import { OpenAttempts } from '../../../gateway/pipeline/open-attempts.ts';
import { SinkError } from '../../../gateway/wire/http-client.ts';
import { aRequest } from '../../support/builders.ts';
import { type AnExchange, anExchange, chatBody, decoded } from '../../support/exchange.ts';
import {
  type FakeCall,
  FakeEngine,
  socketError,
  streamHeaders,
} from '../../support/fake-engine.ts';
import { type ADispatcher, aDispatcher, Asked } from '../../support/pipeline.ts';
import { chatEvent, chatStream, roleEvent, usageEvent } from '../../support/streams.ts';

interface Attempt extends ADispatcher {
  readonly exchange: AnExchange;
  readonly place: Place;
  readonly open: OpenAttempts;
  readonly engine: FakeEngine;
  readonly end: Promise<AttemptEnd>;
  /** The request at the engine. */
  readonly call: FakeCall;
}

/** Begins an attempt at an idle replica. */
function begin(
  facts: Partial<AnExchange> = {},
  {
    asksForUsage = false,
    model,
    firstByteMs,
    betweenTokensMs,
    unreadMs,
  }: {
    asksForUsage?: boolean;
    model?: string;
    firstByteMs?: number;
    betweenTokensMs?: number;
    unreadMs?: number;
  } = {},
): Attempt {
  const house = aDispatcher();
  const { place } = new Asked(house.dispatcher, aRequest());
  if (place === undefined) throw new Error('an idle replica gave no place');
  const exchange = anExchange(facts);
  const engine = new FakeEngine({ asksForUsage });
  house.clock.advance(100);
  const open = new OpenAttempts();
  const end = forward({
    exchange,
    place,
    engine,
    model,
    clock: house.clock,
    firstByteMs,
    betweenTokensMs,
    unreadMs,
    openAttempts: open,
    asksForTokenIds: false,
  });
  return {
    ...house,
    place,
    open,
    exchange,
    engine,
    end,
    get call(): FakeCall {
      return engine.last;
    },
  };
}

describe('an attempt', () => {
  it('asks the engine under the client’s path, with the client’s bytes and the gateway’s id', () => {
    const { call, exchange } = begin({ authorization: 'Bearer x' }, { model: 'llama' });

    expect(call.ask).toEqual({
      path: '/v1/chat/completions',
      requestId: 'request-0',
      request: exchange.request,
      model: 'llama',
      authorization: 'Bearer x',
      traceparent: undefined,
      tracestate: undefined,
      asksForTokenIds: false,
    });
  });

  it('is recorded from its start to its end, with where it went', async () => {
    const { call, clock, end, exchange } = begin();
    clock.advance(40);
    call.stream(chatStream);

    await expect(end).resolves.toEqual({ kind: 'complete' });
    expect(exchange.recorder.lastAttempt).toMatchObject({
      replica: 'replica-0',
      address: 'http://replica-0.test',
      engine: 'vllm',
      startMs: 100,
      endMs: 140,
      errorCode: undefined,
    });
  });

  it('hears no more of the client when it is over, and leaves no timer', async () => {
    const { call, clock, end, exchange } = begin({ deadlineMs: 10_000 });
    expect(clock.timers).toBe(1);
    call.stream(chatStream);

    await end;
    expect(exchange.reply.listener).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  it('is ended by the gateway with its own error, and the engine is aborted', async () => {
    const { call, end, exchange, clock } = begin();
    call.head(200, streamHeaders).data(roleEvent() + chatEvent('a'));
    exchange.reply.listener?.turnedOut(new GatewayError('shutting_down', 'x'));

    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      error: { code: 'shutting_down', source: 'gateway', retryable: false },
    });
    expect(call.isAborted).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('ends once, whatever the engine does afterwards', async () => {
    const { call, end, exchange } = begin();
    call.head(200, streamHeaders).data(chatEvent('a'));
    call.fail(socketError('ECONNRESET'));
    call.isAborted = false;
    call.head(200).data(chatStream).end();

    await expect(end).resolves.toMatchObject({ kind: 'failed' });
    expect(exchange.reply.text).toBe(chatEvent('a'));
  });
});

describe('an attempt at a replica that stands still', () => {
  const reason = 'stands still: for 2.0 s no answer has come further';

  it('is given up, and may be made elsewhere while nothing was sent', async () => {
    const { call, end, open } = begin();
    open.stalled('other', reason);
    expect(call.isAborted).toBe(false);

    open.stalled('replica-0', reason);

    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      isStall: true,
      error: { code: 'engine_timeout', retryable: true, message: `Replica replica-0 ${reason}.` },
    });
    expect(call.isAborted).toBe(true);
  });

  it('is given up for good after its first byte', async () => {
    const { call, end, open } = begin();
    call.head(200, streamHeaders).data(roleEvent() + chatEvent('a'));
    open.stalled('replica-0', reason);

    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      error: { code: 'engine_timeout', retryable: false },
    });
  });

  it('that has ended is left alone', async () => {
    const { call, end, open } = begin();
    call.stream(chatStream);
    open.stalled('replica-0', reason);
    await expect(end).resolves.toEqual({ kind: 'complete' });
  });

  it('tells silence that a slow client causes from its own', () => {
    const { call, exchange, place } = begin();
    exchange.reply.reads = 'slowly';
    call.head(200, streamHeaders).data(roleEvent() + chatEvent('a'));
    expect(place.reservation.isPaused).toBe(true);

    exchange.reply.listener?.resumed();
    expect(place.reservation.isPaused).toBe(false);
  });
});

describe('the answer', () => {
  it.each(['text/event-stream', 'text/event-stream; charset=utf-8'])(
    'under %s is read as a stream',
    async (type) => {
      const { call, end } = begin();
      call.head(200, { 'content-type': type }).data(roleEvent(), chatEvent('a')).end();

      // As a whole answer this would be complete.
      await expect(end).resolves.toMatchObject({ kind: 'failed' });
    },
  );

  it.each([
    { 'content-type': 'application/json' },
    {},
    { 'content-type': ['text/event-stream', 'x'] },
  ])('under %j is taken as one piece', async (headers) => {
    const { call, end, exchange } = begin();
    call.head(200, headers).data('{"a":', '1}').end();

    await expect(end).resolves.toEqual({ kind: 'complete' });
    expect(exchange.reply.text).toBe('{"a":1}');
  });

  it.each([302, 400, 429, 500, 503])(
    'with status %i is a refusal, of whatever type',
    async (status) => {
      const { call, end, exchange } = begin();
      call.head(status, streamHeaders).data('No.').end();

      await expect(end).resolves.toMatchObject({
        kind: 'refused',
        refusal: { status, body: Buffer.from('No.') },
      });
      expect(exchange.reply.started).toBe(false);
      expect(exchange.recorder.lastAttempt?.errorCode).toBe(`engine_refused_${status}`);
    },
  );

  it('carries those headers of the engine that a client may have', async () => {
    const { call, end, exchange } = begin();
    call
      .head(200, { ...streamHeaders, server: 'uvicorn', 'set-cookie': 'x' })
      .data(chatStream)
      .end();

    await end;
    expect(exchange.reply.head?.headers).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      server: 'uvicorn',
    });
  });

  it.each([true, false])(
    'hides the counts that the gateway asked for: %s',
    async (asksForUsage) => {
      const { call, end, exchange } = begin({}, { asksForUsage });
      call.stream(chatStream);

      await end;
      expect(exchange.reply.text.includes(usageEvent(9, 3))).toBe(!asksForUsage);
      expect(exchange.recorder.promptTokens).toBe(9);
    },
  );
});

describe('a client that leaves', () => {
  const closed = { kind: 'failed', error: { code: 'client_closed', retryable: false } };

  it('before the engine has answered has the engine’s request closed', async () => {
    const { call, end, exchange } = begin();
    exchange.reply.depart();

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(closed);
  });

  it('between head and first token too', async () => {
    const { call, end, exchange } = begin();
    call.head(200, streamHeaders).data(roleEvent());
    exchange.reply.depart();

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(closed);
  });

  it('in the middle of the answer too', async () => {
    const { call, end, exchange } = begin();
    call.head(200, streamHeaders).data(chatEvent('a'));
    exchange.reply.depart();

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(closed);
    expect(exchange.recorder.lastAttempt?.errorCode).toBe('client_closed');
  });

  it('in the middle of an answer in one piece too', async () => {
    const { call, end, exchange } = begin({ request: decoded({ ...chatBody, stream: false }) });
    call.head(200).data('{');
    exchange.reply.depart();

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(closed);
  });

  it('before anything was sent has nothing sent', async () => {
    const exchange = anExchange();
    exchange.reply.depart();
    const { engine, end } = begin(exchange);

    expect(engine.calls).toEqual([]);
    await expect(end).resolves.toMatchObject(closed);
  });
});

describe('the time limit of a request', () => {
  const late = { kind: 'failed', error: { code: 'engine_timeout', retryable: false } };

  it('ends an attempt that has no answer yet, at the limit and no earlier', async () => {
    const { call, clock, end } = begin({ deadlineMs: 1000 });
    clock.advance(899);
    expect(call.isAborted).toBe(false);

    clock.advance(1);

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(late);
  });

  it('ends an answer in its middle', async () => {
    const { call, clock, end, exchange } = begin({ deadlineMs: 1000 });
    call.head(200, streamHeaders).data(chatEvent('a'));
    clock.advance(900);

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(late);
    expect(exchange.reply.ending).toBe('open');
  });

  it('that has passed ends it at once', async () => {
    const { call, clock, end } = begin({ deadlineMs: 50 });
    clock.advance(0);

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject(late);
  });

  it('that there is not is not watched', () => {
    expect(begin({ deadlineMs: Infinity }).clock.timers).toBe(0);
  });
});

describe('the time limit of a first byte', () => {
  it('gives up a replica that has sent a head at most, at the limit and no earlier', async () => {
    const { call, clock, end, exchange } = begin({}, { firstByteMs: 500 });
    call.head(200, streamHeaders);
    clock.advance(499);
    expect(call.isAborted).toBe(false);

    clock.advance(1);

    expect(call.isAborted).toBe(true);
    expect(exchange.reply.started).toBe(false);
    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      error: {
        code: 'engine_timeout',
        retryable: true,
        message: 'Replica replica-0 began no answer within 500 ms.',
      },
    });
  });

  it('is over with the first byte, and with the attempt', async () => {
    const { call, clock, end } = begin({}, { firstByteMs: 500 });
    call.head(200, streamHeaders).data(roleEvent());
    expect(clock.timers).toBe(0);

    clock.advance(1000);
    call.data(chatStream).end();
    await expect(end).resolves.toEqual({ kind: 'complete' });

    const refused = begin({}, { firstByteMs: 500 });
    refused.call.fail(socketError('ECONNREFUSED'));
    expect(refused.clock.timers).toBe(0);
  });
});

describe('a connection that breaks before the engine has answered', () => {
  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'])(
    'by %s never was: the replica cannot be reached',
    async (code) => {
      const { call, end } = begin();
      const cause = socketError(code);
      call.fail(cause);

      await expect(end).resolves.toMatchObject({
        kind: 'failed',
        error: {
          code: 'engine_unreachable',
          message: 'Replica replica-0 cannot be reached.',
          retryable: true,
          cause,
        },
      });
    },
  );

  it.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
    'by %s is nobody’s fault but ours: no replica is blamed, and no other is tried',
    async (code) => {
      const { call, end } = begin();
      const cause = socketError(code);
      call.fail(cause);

      await expect(end).resolves.toMatchObject({
        kind: 'failed',
        error: {
          code: 'saturated',
          source: 'gateway',
          retryable: false,
          retryAfterMs: 1_000,
          reason: 'no-descriptors',
          cause,
        },
      });
    },
  );

  it.each(['ECONNRESET', 'EPIPE'])('by %s was there: the engine failed', async (code) => {
    const { call, end, exchange } = begin();
    call.fail(socketError(code));

    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      error: {
        code: 'engine_failed',
        message: 'Replica replica-0 broke the connection before it answered.',
        retryable: true,
      },
    });
    expect(exchange.recorder.lastAttempt?.errorCode).toBe('engine_failed');
  });
});

describe('a bug of the gateway', () => {
  it('is no failure of the replica: it rejects, once, and leaves no timer behind', async () => {
    const { call, end, exchange, clock } = begin({}, { firstByteMs: 500 });
    const bug = new TypeError('x is not a function');
    call.fail(new SinkError(bug));
    call.fail(new SinkError(new Error('again')));

    await expect(end).rejects.toBe(bug);
    expect(exchange.recorder.lastAttempt?.errorCode).toBe('internal');
    expect(exchange.reply.listener).toBeUndefined();
    expect(clock.timers).toBe(0);
  });
});

describe('a slow reader', () => {
  it('has the engine pause until it has caught up', () => {
    const { call, exchange } = begin();
    exchange.reply.reads = 'slowly';
    call.head(200, streamHeaders).data(chatEvent('a'));
    expect(call.isPaused).toBe(true);

    exchange.reply.catchUp();

    expect(call.isPaused).toBe(false);
  });
});

describe('the time limit between two tokens', () => {
  it('ends the attempt, and closes the engine’s request', async () => {
    const { call, clock, end } = begin({}, { betweenTokensMs: 400 });
    call.head(200, streamHeaders).data(chatEvent('a'));
    clock.advance(400);
    expect(call.isAborted).toBe(false);
    call.data(chatEvent('b'));
    clock.advance(500);

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      error: {
        code: 'engine_timeout',
        retryable: false,
        message: 'Replica replica-0 sent no token for 400 ms.',
      },
    });
    expect(clock.timers).toBe(0);
  });

  it('cuts no answer of which nothing is missing but the end', async () => {
    const { call, clock, end, exchange } = begin({}, { betweenTokensMs: 400 });
    call.head(200, streamHeaders).data(chatEvent('a', { finishReason: 'stop' }));
    clock.advance(500);

    await expect(end).resolves.toEqual({ kind: 'complete' });
    expect(call.isAborted).toBe(true);
    expect(exchange.reply.text.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});

describe('the time limit of a client that does not read', () => {
  it('ends the request as one whose client has left', async () => {
    const { call, clock, end, exchange } = begin({}, { unreadMs: 1_000 });
    exchange.reply.reads = 'slowly';
    call.head(200, streamHeaders).data(chatEvent('a'));
    clock.advance(999);
    exchange.reply.catchUp();
    exchange.reply.reads = 'slowly';
    call.data(chatEvent('b'));
    clock.advance(999);
    expect(call.isAborted).toBe(false);
    clock.advance(1);

    expect(call.isAborted).toBe(true);
    await expect(end).resolves.toMatchObject({
      kind: 'failed',
      error: {
        code: 'client_closed',
        message: 'The client left its answer unread for too long.',
      },
    });
  });
});
