import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../../gateway/dialects/catalog.ts';
import { sglangGenerate } from '../../../gateway/dialects/sglang-generate.ts';
import type { GatewayError } from '../../../gateway/generation/error.ts';
import { StreamRelay } from '../../../gateway/pipeline/stream-relay.ts';
import { EVENT_BYTES_MAX } from '../../../gateway/wire/sse.ts';
import { type Capture, streamsUnder, withoutCaptures } from '../../support/captures.ts';
import { chatBody, decoded } from '../../support/exchange.ts';
import { RelayBench, type RelayFacts } from '../../support/relay-bench.ts';
import { anySplit, cutsInTwo, singleBytes } from '../../support/splits.ts';
import {
  chatEvent,
  chatStream,
  doneEvent,
  errorEvent,
  event,
  finishEvent,
  generateEvent,
  roleEvent,
  usageEvent,
} from '../../support/streams.ts';

const comment = ': keep-alive\n\n';
const lastWord = chatEvent(' b', { finishReason: 'stop' });

function aRelay(facts: RelayFacts = {}): RelayBench {
  return new RelayBench((parts) => new StreamRelay(parts), facts);
}

function ofChoices(n: number): RelayFacts {
  return { exchange: { request: decoded({ ...chatBody, n }) } };
}

/** All that the client, the ledger and the record have of one answer. */
function outcome({ reply, end, exchange, reservation, upstream }: RelayBench): unknown {
  const { recorder } = exchange;
  return {
    body: reply.body.toString('latin1'),
    head: reply.head,
    ending: reply.ending,
    end: end?.kind === 'failed' ? factsOf(end.error) : end,
    outputs: recorder.timer.tokens,
    reserved: reservation.outputTokens,
    usage: [recorder.promptTokens, recorder.outputTokens, recorder.cachedTokens],
    finishReason: recorder.finishReason,
    isAborted: upstream.isAborted,
  };
}

function factsOf({ code, message, retryable }: GatewayError): unknown {
  return { code, message, retryable };
}

/** Expects the same outcome for every cut in two, for single bytes, and for any split. */
function expectSameForEverySplit(stream: string, facts: () => RelayFacts = () => ({})): unknown {
  const bytes = Buffer.from(stream);
  const whole = outcome(aRelay(facts()).stream(bytes));
  for (const chunks of [...cutsInTwo(bytes), singleBytes(bytes)]) {
    expect(outcome(aRelay(facts()).stream(...chunks))).toEqual(whole);
  }
  fc.assert(
    fc.property(anySplit(bytes), (chunks) => {
      expect(outcome(aRelay(facts()).stream(...chunks))).toEqual(whole);
    }),
    { numRuns: 50 },
  );
  return whole;
}

describe('a whole stream', () => {
  it('reaches the client byte for byte, however it is cut', () => {
    expect(expectSameForEverySplit(chatStream)).toMatchObject({
      body: Buffer.from(chatStream).toString('latin1'),
      head: { status: 200, headers: { 'content-type': 'text/event-stream' } },
      ending: 'finished',
      end: { kind: 'complete' },
      outputs: 3,
      reserved: 3,
      usage: [9, 3, 5],
      finishReason: 'stop',
      isAborted: false,
    });
  });

  it('reaches the client without the counts that the gateway alone asked for', () => {
    const withheld = chatStream.replace(usageEvent(9, 3), '');

    expect(expectSameForEverySplit(chatStream, () => ({ withholdsUsage: true }))).toMatchObject({
      body: Buffer.from(withheld).toString('latin1'),
      end: { kind: 'complete' },
      usage: [9, 3, 5],
    });
  });

  it('has its end supplied where the engine left that out', () => {
    const cut = chatStream.replace(doneEvent, '');

    expect(expectSameForEverySplit(cut)).toMatchObject({
      body: Buffer.from(chatStream).toString('latin1'),
      ending: 'finished',
      end: { kind: 'complete' },
    });
  });

  it('has its end supplied where the engine cut that short', () => {
    for (let missing = 1; missing < doneEvent.length; missing += 1) {
      const relay = aRelay().stream(chatStream.slice(0, -missing));

      expect(relay.reply.text).toBe(chatStream);
      expect(relay.end).toEqual({ kind: 'complete' });
    }
  });

  it('is whole where the connection breaks behind its finish: only the end is missing', () => {
    const relay = aRelay();
    relay.upstream.data(chatEvent('a') + lastWord).fail(new Error('gone'));

    expect(relay.reply.text).toBe(chatEvent('a') + lastWord + doneEvent);
    expect(relay.end).toEqual({ kind: 'complete' });
  });

  it('ends with its end event, whatever an engine says behind that', () => {
    const relay = aRelay().stream(chatStream + errorEvent(500) + chatEvent('x'));

    expect(relay.reply.text).toBe(chatStream);
    expect(relay.end).toEqual({ kind: 'complete' });
  });

  it('may end each choice in an event of its own', () => {
    const stream = roleEvent() + chatEvent('a') + finishEvent('length') + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: stream,
      end: { kind: 'complete' },
      outputs: 1,
      finishReason: 'length',
    });
  });

  it('may generate nothing at all', () => {
    const stream = roleEvent() + finishEvent('stop') + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: stream,
      end: { kind: 'complete' },
      outputs: 0,
    });
  });

  it('of two choices is whole when both have ended', () => {
    const stream = [
      roleEvent(0),
      roleEvent(1),
      chatEvent('a', { index: 1, finishReason: 'stop' }),
      chatEvent('b', { index: 0, finishReason: 'length' }),
      doneEvent,
    ].join('');

    expect(expectSameForEverySplit(stream, () => ofChoices(2))).toMatchObject({
      body: stream,
      end: { kind: 'complete' },
      outputs: 2,
    });
  });

  it('of two choices may end both in one event', () => {
    const ends = { delta: { content: 'b' }, finish_reason: 'stop' };
    const both = event({ choices: [0, 1].map((index) => ({ index, ...ends })) });
    const relay = aRelay(ofChoices(2)).stream(chatEvent('a') + both + doneEvent);

    expect(relay.end).toEqual({ kind: 'complete' });
    expect(relay.reply.text).toBe(chatEvent('a') + both + doneEvent);
  });

  it('ends a choice by a reason that is too long to be recorded', () => {
    const stream = chatEvent('a', { finishReason: 'r'.repeat(65) }) + doneEvent;

    expect(aRelay().stream(stream).end).toEqual({ kind: 'complete' });
  });

  it('may break its lines with carriage returns', () => {
    const stream = chatStream.replaceAll('\n', '\r\n');

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: Buffer.from(stream).toString('latin1'),
      end: { kind: 'complete' },
      outputs: 3,
    });
  });
});

describe('the head of an answer', () => {
  it('is held until the first token, and what came before goes with it', () => {
    const { reply, upstream } = aRelay();
    upstream.data(comment, roleEvent(), comment);
    expect(reply.started).toBe(false);

    upstream.data(chatEvent('a'));

    expect(reply.head?.status).toBe(200);
    expect(reply.pieces.map(String)).toEqual([comment + roleEvent() + comment + chatEvent('a')]);
  });

  it('has the headers of the engine', () => {
    const headers = { 'content-type': 'text/event-stream', server: 'vllm' };
    const { reply, upstream } = aRelay({ headers });
    upstream.data(chatEvent('a'));

    expect(reply.head?.headers).toEqual(headers);
  });

  it('leaves with the end of an answer that has no tokens', () => {
    const { reply, upstream } = aRelay();
    upstream.data(roleEvent(), finishEvent('stop'));

    expect(reply.started).toBe(true);
  });
});

describe('events that come together', () => {
  it('leave together, as the piece that came', () => {
    const { reply, upstream } = aRelay();
    const three = chatEvent('a') + chatEvent('b') + chatEvent('c');
    upstream.data(three, chatEvent('d') + chatEvent('e').slice(0, 20));

    expect(reply.pieces.map(String)).toEqual([three, chatEvent('d')]);
  });
});

describe('tokens', () => {
  it('are timed as they come, those of one chunk at one time', () => {
    const { clock, upstream, exchange } = aRelay();
    clock.advance(100);
    upstream.data(chatEvent('a'));
    clock.advance(20);
    upstream.data(chatEvent('b') + chatEvent('c'));
    const { timer } = exchange.recorder;

    expect(timer.firstOutputMs).toBe(100);
    expect([...timer.gaps()]).toEqual([20, 0]);
  });

  it('answer the prefill with the first of them', () => {
    const { ledger, upstream } = aRelay();
    upstream.data(roleEvent());
    expect(ledger.prefillTokens).toBe(10);

    upstream.data(chatEvent('a'));

    expect(ledger.prefillTokens).toBe(0);
  });

  it('are as many as the engine says, where it says so at each event', () => {
    const request = decoded({ text: 'x', stream: true }, sglangGenerate, '/generate');
    const { upstream, exchange, reservation } = aRelay({
      exchange: { dialect: sglangGenerate, path: '/generate', request },
    });
    upstream.data(generateEvent('a', 1), generateEvent('a b c d', 4));

    expect(reservation.outputTokens).toBe(4);
    expect(exchange.recorder.timer.tokens).toBe(4);

    // A count that does not rise stands for one token all the same: something came.
    upstream.data(generateEvent('a b c d e', 4, { type: 'length' }));
    expect(reservation.outputTokens).toBe(5);
  });
});

describe('the tokens of a batch', () => {
  const body = { text: ['x', 'y'], stream: true, sampling_params: { n: 2 } };
  const request = decoded(body, sglangGenerate, '/generate');

  function batchEvent(index: number, outputTokens: number, type?: string): string {
    const finish = type === undefined ? null : { type };
    const counts = { prompt_tokens: index < 2 ? 3 : 5, completion_tokens: outputTokens };
    return event({
      text: 'a',
      meta_info: { finish_reason: finish, ...counts, cached_tokens: 2 },
      index,
    });
  }

  it('are counted for each choice, and those of a prompt once', () => {
    const relay = aRelay({ exchange: { dialect: sglangGenerate, path: '/generate', request } });
    const running = [0, 1, 2, 3].map((index) => batchEvent(index, 4));
    const ends = [2, 0, 3, 1].map((index) => batchEvent(index, 10 + index, 'stop'));
    relay.stream(...running, ...ends, doneEvent);

    expect(relay.end).toEqual({ kind: 'complete' });
    expect(relay.reservation.outputTokens).toBe(46);
    expect(relay.exchange.recorder).toMatchObject({
      promptTokens: 8,
      cachedTokens: 4,
      outputTokens: 46,
    });
  });
});

describe('an error event', () => {
  it('in place of an answer is a refusal, of which the client sees nothing', () => {
    const stream = comment + roleEvent() + errorEvent(503, 'Full.') + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: '',
      head: undefined,
      ending: 'open',
      end: {
        kind: 'refused',
        refusal: { status: 503, headers: { 'content-type': 'application/json' } },
      },
      isAborted: true,
    });
  });

  it('as a refusal keeps the engine’s words', () => {
    const { end } = aRelay().stream(errorEvent(400, 'Zu lang: ü.'));

    expect(end?.kind === 'refused' && JSON.parse(end.refusal.body.toString())).toEqual({
      error: { message: 'Zu lang: ü.', type: 'SERVICE_UNAVAILABLE', code: 400 },
    });
  });

  it.each([
    [400, 400],
    [503, 503],
    ['429', 429],
    ['queue_full', 500],
    [200, 500],
    [7, 500],
    [600, 500],
  ])('with the code %s is a refusal with the status %i', (code, status) => {
    expect(aRelay().stream(errorEvent(code)).end).toMatchObject({ refusal: { status } });
  });

  it.each([
    'data: {"id":"x","error":{"message":"Full.","code":503}}\n\n',
    'data: { "error" : { "message" : "Full.", "code" : 503 } }\n\n',
    'event: error\ndata: {"message":"Full.","code":503}\n\n',
  ])('has its status and its words in %j', (stream) => {
    const { end } = aRelay().stream(roleEvent() + stream);
    expect(end).toMatchObject({ kind: 'refused', refusal: { status: 503 } });

    const late = aRelay().stream(chatEvent('a') + stream).end;
    expect(late).toMatchObject({
      error: { message: 'Replica replica-0 reported an error: Full..' },
    });
  });

  it('that is no JSON is a refusal without words', () => {
    const { end } = aRelay().stream('event: error\ndata: oops\n\n');

    expect(end).toMatchObject({ kind: 'refused', refusal: { status: 500 } });
    expect(end?.kind === 'refused' && end.refusal.body.toString()).toBe('oops');
  });

  it('after the first token is a failure: no other replica may begin again', () => {
    const stream = roleEvent() + chatEvent('a') + errorEvent(500, 'CUDA error') + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: roleEvent() + chatEvent('a'),
      ending: 'open',
      end: {
        code: 'engine_failed',
        message: 'Replica replica-0 reported an error: CUDA error.',
        retryable: false,
      },
      isAborted: true,
    });
  });

  it('that comes in one chunk with the first token is such a failure too', () => {
    const { end, reply } = aRelay().stream(chatEvent('a') + errorEvent());

    expect(end).toMatchObject({ kind: 'failed', error: { retryable: false } });
    expect(reply.text).toBe(chatEvent('a'));
  });

  it('is the last that is looked at', () => {
    const relay = aRelay();
    relay.relay.data(Buffer.from(errorEvent() + chatEvent('a')));
    relay.relay.data(Buffer.from(chatStream));
    relay.relay.end();
    relay.relay.failed(new Error('too late'));

    expect(relay.end?.kind).toBe('refused');
    expect(relay.reply.started).toBe(false);
  });
});

describe('an answer that is cut', () => {
  it.each(['abort', 'error'])('by finish_reason %s never looks whole', (finishReason) => {
    const stream =
      roleEvent() + chatEvent('a') + finishEvent(finishReason) + usageEvent(1, 1) + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: roleEvent() + chatEvent('a'),
      ending: 'open',
      end: {
        code: 'engine_failed',
        message: `Replica replica-0 ended the answer with finish_reason '${finishReason}'.`,
        retryable: false,
      },
      isAborted: true,
    });
  });

  it('by an abort before its first token may be begun again', () => {
    expect(expectSameForEverySplit(roleEvent() + finishEvent('abort') + doneEvent)).toMatchObject({
      head: undefined,
      end: { code: 'engine_failed', retryable: true },
    });
  });

  it('by an abort within its first token may be begun again, for that is not passed on', () => {
    const stream = roleEvent() + chatEvent('a', { finishReason: 'abort' }) + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      head: undefined,
      end: { code: 'engine_failed', retryable: true },
    });
  });

  it('by the end of the stream has failed', () => {
    expect(expectSameForEverySplit(roleEvent() + chatEvent('a'))).toMatchObject({
      body: roleEvent() + chatEvent('a'),
      ending: 'open',
      end: {
        code: 'engine_failed',
        message: 'Replica replica-0 ended its stream before the answer was whole.',
        retryable: false,
      },
    });
  });

  it.each(['', comment, roleEvent(), comment + roleEvent()])(
    'by the end of the stream may be begun again after %j',
    (stream) => {
      const relay = aRelay().stream(stream);

      expect(relay.end).toMatchObject({ kind: 'failed', error: { retryable: true } });
      expect(relay.reply.started).toBe(false);
    },
  );

  it('at any byte is never taken for whole', () => {
    const last = chatStream.indexOf(usageEvent(9, 3));
    const bytes = Buffer.from(chatStream.slice(0, last));
    for (let end = 0; end < bytes.length; end += 1) {
      const relay = aRelay().stream(bytes.subarray(0, end));

      expect(relay.end?.kind).toBe('failed');
      expect(relay.reply.ending).toBe('open');
      expect(relay.reply.text).not.toContain('[DONE]');
    }
  });

  it('by an end event before its finish has failed, and the event stays here', () => {
    const stream = roleEvent() + chatEvent('a') + doneEvent;

    expect(expectSameForEverySplit(stream)).toMatchObject({
      body: roleEvent() + chatEvent('a'),
      end: {
        message: 'Replica replica-0 ended its stream before every choice had finished.',
        retryable: false,
      },
    });
  });

  it('in one of two choices has failed', () => {
    const stream = chatEvent('a') + lastWord;

    for (const ending of ['', doneEvent]) {
      const relay = aRelay(ofChoices(2)).stream(stream + ending);

      expect(relay.end).toMatchObject({ kind: 'failed', error: { retryable: false } });
      expect(relay.reply.text).toBe(stream);
    }
  });

  it('by its connection has failed for the reason of the socket', () => {
    const cause = new Error('ECONNRESET');
    const relay = aRelay();
    relay.upstream.data(chatEvent('a')).fail(cause);

    expect(relay.end).toMatchObject({
      kind: 'failed',
      error: {
        code: 'engine_failed',
        message: 'Replica replica-0 broke the connection in the middle of its answer.',
        retryable: false,
        cause,
      },
    });
  });

  it('by its connection before the first token may be begun again', () => {
    const relay = aRelay();
    relay.upstream.data(roleEvent()).fail(new Error('ECONNRESET'));

    expect(relay.end).toMatchObject({ error: { retryable: true } });
  });

  it('by its connection behind the end event is not cut, before the stream itself ends', () => {
    const relay = aRelay();
    relay.upstream.data(chatStream).fail(new Error('ECONNRESET'));

    expect(relay.end).toEqual({ kind: 'complete' });
    expect(relay.reply.text).toBe(chatStream);
    expect(relay.reply.ending).toBe('finished');
  });

  it('by its connection after the last event is not cut', () => {
    const relay = aRelay().stream(chatStream);
    relay.upstream.fail(new Error('ECONNRESET'));

    expect(relay.end).toEqual({ kind: 'complete' });
  });
});

describe('a slow reader', () => {
  it('has the engine pause with every piece that it cannot take', () => {
    const { reply, upstream, exchange } = aRelay();
    reply.reads = 'slowly';
    upstream.data(chatEvent('a'));
    expect(upstream.isPaused).toBe(true);

    upstream.data(chatEvent('b'));

    expect(exchange.recorder.pauses).toBe(2);
  });

  it('loses nothing and gets the end at once', () => {
    const relay = aRelay();
    relay.reply.reads = 'slowly';
    relay.stream(...singleBytes(Buffer.from(chatStream)));

    expect(relay.reply.text).toBe(chatStream);
    expect(relay.reply.ending).toBe('finished');
  });

  it('is not one who keeps up', () => {
    const { upstream } = aRelay().stream(chatStream);

    expect(upstream.isPaused).toBe(false);
  });
});

describe('an event without an end', () => {
  const chunk = Buffer.alloc(64 * 1024, 'a');

  function fed(bytes: number): RelayBench {
    const relay = aRelay();
    relay.upstream.data(chatEvent('a'));
    for (let left = bytes; left > 0; left -= chunk.length) {
      relay.upstream.data(chunk.subarray(0, left));
    }
    return relay;
  }

  it('is held up to the bound', () => {
    expect(fed(EVENT_BYTES_MAX).end).toBeUndefined();
  });

  it('fails the answer one byte beyond', () => {
    const relay = fed(EVENT_BYTES_MAX + 1);

    expect(relay.end).toMatchObject({
      kind: 'failed',
      error: { code: 'engine_failed', retryable: false },
    });
    expect(relay.upstream.isAborted).toBe(true);
  });

  it('may be a large one that ends', () => {
    const event = chatEvent('x'.repeat(1_000_000));
    const relay = aRelay().stream(...splitEvery(event + lastWord + doneEvent, 60_000));

    expect(relay.end).toEqual({ kind: 'complete' });
    expect(relay.reply.text).toBe(event + lastWord + doneEvent);
  });

  it('is not what comes before the first token, but that has the same bound', () => {
    const comments = `: ${'x'.repeat(1021)}\n\n`;
    const atTheBound = aRelay();
    for (let sent = 0; sent < EVENT_BYTES_MAX; sent += 1025) atTheBound.upstream.data(comments);

    expect(comments.length).toBe(1025);
    expect(atTheBound.end).toMatchObject({ kind: 'failed', error: { retryable: true } });

    const below = aRelay();
    for (let sent = 1025; sent <= EVENT_BYTES_MAX; sent += 1025) below.upstream.data(comments);
    expect(below.end).toBeUndefined();
  });

  function splitEvery(text: string, length: number): string[] {
    const pieces: string[] = [];
    for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length));
    return pieces;
  }
});

describe.skipIf(withoutCaptures)('the stream of a real engine', () => {
  const generating = dialects.filter(({ name }) => name !== 'openai-calls');

  function relayOf({ path, requestBody, chunks }: Capture): RelayBench {
    const dialect = generating.find(({ paths }) => paths.has(path)) ?? sglangGenerate;
    const whole = dialect.decode(
      Buffer.from(requestBody ?? '{"messages":[1],"prompt":"","text":""}'),
      path,
    );
    const request = { ...whole, stream: true };
    return aRelay({ exchange: { dialect, path, request } }).stream(...chunks);
  }

  const streams = streamsUnder(generating.flatMap(({ paths }) => [...paths.keys()]));
  const isCut = ({ name }: Capture): boolean => name.includes('aborted');
  const isRefused = ({ chunks }: Capture): boolean =>
    chunks[0]?.toString().startsWith('data: {"error"') === true;

  it('reaches the client byte for byte where it was whole', () => {
    const whole = streams.filter((stream) => !isCut(stream) && !isRefused(stream));
    expect(whole.length).toBeGreaterThan(40);

    for (const stream of whole) {
      const relay = relayOf(stream);

      expect(relay.end, stream.name).toEqual({ kind: 'complete' });
      expect(relay.reply.body, stream.name).toEqual(Buffer.concat(stream.chunks));
    }
  });

  it('is a failure where the engine was told to abort', () => {
    const cut = streams.filter(isCut);
    expect(cut.length).toBe(2);

    for (const stream of cut) {
      const relay = relayOf(stream);

      expect(relay.end, stream.name).toMatchObject({ error: { code: 'engine_failed' } });
      expect(relay.reply.text, stream.name).not.toContain('[DONE]');
      expect(relay.reply.ending, stream.name).toBe('open');
    }
  });

  it('is a refusal where the queue was full or the prompt too long', () => {
    const refused = streams.filter(isRefused);
    expect(refused.length).toBe(2);

    for (const stream of refused) {
      const status = stream.name.includes('full-503') ? 503 : 400;

      expect(relayOf(stream).end, stream.name).toMatchObject({
        kind: 'refused',
        refusal: { status },
      });
    }
  });
});
