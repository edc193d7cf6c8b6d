import { describe, expect, it, vi } from 'vitest';
import type { HttpAnswerSink, HttpAsk } from '../../../gateway/wire/http-client.ts';
import { JSON_ANSWER_BYTES_MAX, postJson } from '../../../gateway/wire/json-post.ts';

const call = {
  path: '/detokenize',
  headers: { authorization: 'x' },
  body: { tokens: [1] },
  waitMs: 60_000,
};

/** A client whose other side does what `play` says. */
function aClient(play: (sink: HttpAnswerSink) => void) {
  const asks: HttpAsk[] = [];
  const abort = vi.fn<() => void>();
  const send = (ask: HttpAsk, sink: HttpAnswerSink) => {
    asks.push(ask);
    queueMicrotask(() => play(sink));
    return { abort, pause: () => undefined, resume: () => undefined };
  };
  return { send, asks, abort };
}

function answering(status: number, body: string): (sink: HttpAnswerSink) => void {
  return (sink) => {
    sink.head(status, {});
    for (const byte of Buffer.from(body)) sink.data(Buffer.from([byte]));
    sink.end();
  };
}

describe('a small call', () => {
  it('posts JSON and gives the members of the answer', async () => {
    const client = aClient(answering(200, '{"text":"é"}'));

    await expect(postJson(client, call)).resolves.toEqual({ text: 'é' });
    expect(client.asks).toMatchObject([
      { method: 'POST', path: '/detokenize', headers: { authorization: 'x' } },
    ]);
    expect(String(client.asks[0]?.body)).toBe('{"tokens":[1]}');
  });

  it.each([
    ['another status', answering(404, '{"text":"a"}')],
    ['no JSON', answering(200, '<html>')],
    ['no object', answering(200, 'null')],
    ['a broken connection', (sink: HttpAnswerSink) => sink.failed(new Error('gone'))],
  ])('gives nothing for %s', async (_what, play) => {
    await expect(postJson(aClient(play), call)).resolves.toBeUndefined();
  });

  it.each([0, 1])('reads no more than its bound of an answer (%i beyond)', async (beyond) => {
    const client = aClient((sink) => {
      sink.head(200, {});
      sink.data(Buffer.from(`{"a":"${'x'.repeat(JSON_ANSWER_BYTES_MAX + beyond - 8)}"}`));
      if (beyond === 0) sink.end();
    });

    const answer = await postJson(client, call);
    expect(answer === undefined).toBe(beyond === 1);
    expect(client.abort).toHaveBeenCalledTimes(beyond);
  });

  it('gives up on one that does not come in time', async () => {
    vi.useFakeTimers();
    const client = aClient(() => undefined);
    const answer = postJson(client, { ...call, waitMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();

    await expect(answer).resolves.toBeUndefined();
    expect(client.abort).toHaveBeenCalledOnce();
  });
});
