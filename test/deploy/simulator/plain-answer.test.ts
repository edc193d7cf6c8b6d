import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  contentTypes,
  emptyAnswer,
  eventsAnswer,
  jsonAnswer,
  type PlainAnswer,
  sendAnswer,
  textAnswer,
} from '../../../deploy/simulator/plain-answer.ts';
import { chunkedBody, RawClient } from '../../support/raw-client.ts';

/** The bytes of an answer that a handler sends. */
async function sent(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new RawClient(`http://127.0.0.1:${port}`);
  client.send('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  const { text } = await client.closed();
  server.close();
  return text;
}

function answer(plain: PlainAnswer): Promise<string> {
  return sent((_request, response) => sendAnswer(response, plain));
}

describe('an answer', () => {
  it('in JSON is written compactly', () => {
    expect(jsonAnswer(200, { a: [1, 'b'] })).toEqual({
      status: 200,
      contentType: 'application/json',
      body: '{"a":[1,"b"]}',
    });
  });

  it('in text says its encoding', () => {
    expect(textAnswer(500, 'no')).toEqual({
      status: 500,
      contentType: 'text/plain; charset=utf-8',
      body: 'no',
    });
  });

  it('in events ends with [DONE]', () => {
    expect(eventsAnswer('{"a":1}').body).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
    expect(eventsAnswer().contentType).toBe(contentTypes.events);
  });
});

describe('a sent answer', () => {
  it('has the length of its bytes', async () => {
    expect(await answer(jsonAnswer(200, 'é'))).toMatch(
      /^HTTP\/1\.1 200 OK\r\ncontent-length: 4\r\ncontent-type: application\/json\r\n/,
    );
  });

  it('has headers of its own', async () => {
    const text = await answer({ ...jsonAnswer(405, {}), headers: { allow: 'POST' } });

    expect(text).toContain('HTTP/1.1 405 Method Not Allowed\r\nallow: POST\r\n');
  });

  it('has no type when it has no body', async () => {
    const text = await answer(emptyAnswer(200));

    expect(text).toContain('content-length: 0');
    expect(text).not.toContain('content-type');
  });

  it('comes in chunks when it is a stream of events', async () => {
    const text = await answer(eventsAnswer('{}'));

    expect(text).toContain('Transfer-Encoding: chunked');
    expect(chunkedBody(text)).toBe('data: {}\n\ndata: [DONE]\n\n');
  });

  it('is left alone when another one has begun', async () => {
    const text = await sent((_request, response) => {
      sendAnswer(response, textAnswer(200, 'first'));
      sendAnswer(response, textAnswer(500, 'second'));
    });

    expect(text).toContain('first');
    expect(text).not.toContain('second');
  });
});
