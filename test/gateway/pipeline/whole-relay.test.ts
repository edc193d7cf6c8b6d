import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TAIL_BYTES, WholeRelay } from '../../../gateway/pipeline/whole-relay.ts';
import { chatBody, decoded } from '../../support/exchange.ts';
import { RelayBench } from '../../support/relay-bench.ts';
import { anySplit, singleBytes } from '../../support/splits.ts';

const headers = { 'content-type': 'application/json', 'content-length': '7' };

function aRelay(): RelayBench {
  const request = decoded({ ...chatBody, stream: false });
  return new RelayBench((parts) => new WholeRelay(parts), { exchange: { request }, headers });
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

  it('may be empty', () => {
    const relay = aRelay().stream();

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
    const relay = aRelay().stream(...chunks, answerOf('a'));

    expect(relay.exchange.recorder.promptTokens).toBe(34);
    expect(relay.reply.bytesSent).toBe(TAIL_BYTES * 5 + answerOf('a').length);
  });

  it('has its counts found as far from the end as the bound, and not a byte beyond', () => {
    const counts = '"usage":{"prompt_tokens":34}';
    const found = (after: number): number | undefined =>
      aRelay().stream('{', ...counts.split(''), 'x'.repeat(after)).exchange.recorder.promptTokens;

    expect(found(TAIL_BYTES - counts.length)).toBe(34);
    expect(found(TAIL_BYTES - counts.length + 1)).toBeUndefined();
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
    relay.upstream.data('a', 'b');
    expect(relay.upstream.isPaused).toBe(true);
    expect(relay.exchange.recorder.pauses).toBe(1);

    relay.upstream.data('c').end();

    expect(relay.reply.text).toBe('abc');
    expect(relay.end).toEqual({ kind: 'complete' });
  });
});
