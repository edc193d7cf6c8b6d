import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openAiCalls } from '../../../gateway/dialects/openai-calls.ts';
import { TAIL_BYTES, WholeRelay } from '../../../gateway/pipeline/whole-relay.ts';
import { chatBody, decoded } from '../../support/exchange.ts';
import { RelayBench } from '../../support/relay-bench.ts';
import { anySplit, singleBytes } from '../../support/splits.ts';

const headers = { 'content-type': 'application/json', 'content-length': '7' };

function aRelay(): RelayBench {
  const request = decoded({ ...chatBody, stream: false });
  return new RelayBench((parts) => new WholeRelay(parts), { exchange: { request }, headers });
}

/** A call whose answer may be anything, but for what its content type says. */
function aCall(type: string): RelayBench {
  const request = decoded({ input: 'x' }, openAiCalls, '/v1/embeddings');
  return new RelayBench((parts) => new WholeRelay(parts), {
    exchange: { dialect: openAiCalls, path: '/v1/embeddings', request },
    headers: { 'content-type': type },
  });
}

/** A chat's whole answer. */
function answerOf(content: string, finishReason = 'stop'): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-1',
      choices: [{ index: 0, message: { content }, finish_reason: finishReason }],
      usage: { prompt_tokens: 34, completion_tokens: 12, prompt_tokens_details: null },
    }),
  );
}

describe('an answer in one piece', () => {
  it('reaches the client byte for byte, however it is cut', () => {
    const answer = answerOf('Grün 🍏');

    expect(aRelay().stream(...singleBytes(answer)).reply.body).toEqual(answer);
    fc.assert(
      fc.property(anySplit(answer), (chunks) => {
        const relay = aRelay().stream(...chunks);

        expect(relay.reply.body).toEqual(answer);
        expect(relay.reply.head).toEqual({ status: 200, headers });
        expect(relay.reply.ending).toBe('finished');
        expect(relay.end).toEqual({ kind: 'complete' });
      }),
    );
  });

  it('leaves with its head, where it came in one chunk', () => {
    const relay = aRelay();
    relay.upstream.data(answerOf('a'));
    expect(relay.reply.started).toBe(false);

    relay.upstream.end();

    expect(relay.reply.pieces).toHaveLength(1);
  });

  it('is passed on chunk by chunk, each when the next has come', () => {
    const relay = aRelay();
    relay.upstream.data('{"a":', '1');
    expect(relay.reply.text).toBe('{"a":');

    relay.upstream.data('}').end();

    expect(relay.reply.pieces.map(String)).toEqual(['{"a":', '1', '}']);
  });

  it('may be empty where it may be anything', () => {
    const relay = aCall('application/octet-stream').stream();

    expect(relay.reply.head?.status).toBe(200);
    expect(relay.reply.bytesSent).toBe(0);
    expect(relay.end).toEqual({ kind: 'complete' });
  });

  it('tells the counts and the reason for the record', () => {
    const { recorder } = aRelay().stream(answerOf('a', 'length')).exchange;

    expect(recorder).toMatchObject({
      promptTokens: 34,
      promptTokensSource: 'usage',
      outputTokens: 12,
      finishReason: 'length',
    });
  });

  it('answers the prefill when it comes', () => {
    const relay = aRelay();
    relay.upstream.data(answerOf('a'));
    expect(relay.ledger.prefillTokens).toBe(10);

    relay.upstream.end();

    expect(relay.ledger.prefillTokens).toBe(0);
  });

  it('that is long has its counts read all the same, for they stand at its end', () => {
    const chunks = Array.from({ length: 20 }, () => Buffer.alloc(TAIL_BYTES / 4, 'x'));
    const relay = aRelay().stream('{', ...chunks, answerOf('a'));

    expect(relay.exchange.recorder.promptTokens).toBe(34);
    expect(relay.reply.bytesSent).toBe(1 + TAIL_BYTES * 5 + answerOf('a').length);
  });

  it('has its counts found as far from the end as the bound, and not a byte beyond', () => {
    const counts = '"usage":{"prompt_tokens":34}';
    const found = (after: number): number | undefined =>
      aRelay().stream('{', ...counts.split(''), 'x'.repeat(after - 1), '}').exchange.recorder
        .promptTokens;

    expect(found(TAIL_BYTES - counts.length)).toBe(34);
    expect(found(TAIL_BYTES - counts.length + 1)).toBeUndefined();
  });
});

describe('an answer that is no JSON', () => {
  const failed = {
    kind: 'failed',
    error: {
      code: 'engine_failed',
      message: 'Replica replica-0 answered with what is no whole JSON.',
      retryable: true,
    },
  };

  it.each(['', ' ', '<html>{}</html>', 'null', '"text"', '{"a":1', '{"a":[1]', '[{"a":1}', ' \n{'])(
    'such as %j has failed before the client has seen any of it',
    (text) => {
      const relay = aRelay().stream(text);

      expect(relay.end).toMatchObject(failed);
      expect(relay.reply.started).toBe(false);
    },
  );

  it('by its beginning is given up there', () => {
    const relay = aRelay();
    relay.upstream.data('<html>', '<body>');

    expect(relay.end).toMatchObject(failed);
    expect(relay.upstream.isAborted).toBe(true);
  });

  it('by its end may not be begun again once the client has seen some of it', () => {
    const relay = aRelay().stream('{"a":', '1');

    expect(relay.end).toMatchObject({ error: { code: 'engine_failed', retryable: false } });
    expect(relay.reply.ending).toBe('open');
  });

  it('is right where its path has such answers, unless its content type says JSON', () => {
    expect(aCall('application/octet-stream').stream('\u0000\u0001').end).toEqual({
      kind: 'complete',
    });
    expect(aCall('application/json').stream('\u0000\u0001').end).toMatchObject(failed);
  });

  it.each([' {} \n', '[1]', '{"a":1}\r\n'])('is not %j, which passes as it came', (text) => {
    const relay = aRelay().stream(...singleBytes(Buffer.from(text)));

    expect(relay.end).toEqual({ kind: 'complete' });
    expect(relay.reply.text).toBe(text);
  });
});

describe('an answer that is cut', () => {
  it('by an abort has failed before the client has seen any of it', () => {
    const relay = aRelay().stream(answerOf('a', 'abort'));

    expect(relay.end).toMatchObject({
      kind: 'failed',
      error: {
        code: 'engine_failed',
        message: "Replica replica-0 ended the answer with 'abort'.",
        retryable: true,
      },
    });
    expect(relay.reply.started).toBe(false);
    expect(relay.upstream.isAborted).toBe(true);
  });

  it('by an abort of which the client has seen the beginning may not be begun again', () => {
    const answer = answerOf('a', 'abort');
    const relay = aRelay().stream(answer.subarray(0, 9), answer.subarray(9));

    expect(relay.end).toMatchObject({ error: { retryable: false } });
    expect(relay.reply.ending).toBe('open');
  });

  it('by its connection has failed, for good once the client has seen some of it', () => {
    const cause = new Error('ECONNRESET');
    const unseen = aRelay();
    unseen.upstream.data('{"a":').fail(cause);
    const seen = aRelay();
    seen.upstream.data('{"a":', '1').fail(cause);

    expect(unseen.end).toMatchObject({ error: { code: 'engine_failed', retryable: true, cause } });
    expect(seen.end).toMatchObject({ error: { code: 'engine_failed', retryable: false, cause } });
  });

  it('hears nothing more', () => {
    const relay = aRelay();
    relay.relay.failed(new Error('ECONNRESET'));
    relay.relay.data(answerOf('a'));
    relay.relay.end();
    relay.relay.failed(new Error('again'));

    expect(relay.ends).toHaveLength(1);
    expect(relay.reply.started).toBe(false);
  });
});

describe('a slow reader of a long answer', () => {
  it('has the engine pause', () => {
    const relay = aRelay();
    relay.reply.reads = 'slowly';
    relay.upstream.data('{', ' ');
    expect(relay.upstream.isPaused).toBe(true);
    expect(relay.exchange.recorder.pauses).toBe(1);

    relay.upstream.data('}').end();

    expect(relay.reply.text).toBe('{ }');
    expect(relay.end).toEqual({ kind: 'complete' });
  });
});
