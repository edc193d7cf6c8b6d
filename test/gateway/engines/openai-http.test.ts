import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { EngineAsk } from '../../../gateway/engines/engine.ts';
import type { OpenAiHttpOptions } from '../../../gateway/engines/openai-http.ts';
import { OpenAiHttpEngine } from '../../../gateway/engines/openai-http.ts';
import { aReplica } from '../../support/builders.ts';
import { decoded } from '../../support/exchange.ts';

const closings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends one ask to an engine and tells what came there. */
async function seenBy(
  options: Partial<OpenAiHttpOptions>,
  ask: Partial<EngineAsk> = {},
  basePath = '',
): Promise<Seen> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const engine = new OpenAiHttpEngine({
    connectMs: 1_000,
    forwardsAuthorization: false,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
    replica: () => aReplica({ engine: 'vllm', engineVersion: '0.32.0' }),
    ...options,
  });
  closings.push(
    () => engine.close(),
    () => {
      server.close();
    },
  );
  const seen = new Promise<Seen>((resolve) => {
    server.on('request', (incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        resolve({ url: incoming.url, headers: incoming.headers, body });
        response.end();
      });
    });
  });
  const nothing = () => undefined;
  engine.send(
    {
      path: '/v1/chat/completions',
      requestId: 'id-1',
      request: decoded({ model: 'llama', messages: [1] }),
      model: undefined,
      authorization: 'Bearer of-the-client',
      traceparent: undefined,
      tracestate: undefined,
      asksForTokenIds: false,
      ...ask,
    },
    { head: nothing, data: nothing, end: nothing, failed: nothing },
  );
  return seen;
}

describe('a request to an engine', () => {
  it('carries the client’s bytes and id, asks for no compression, and keeps the client’s key', async () => {
    const { url, headers, body } = await seenBy({});
    expect(url).toBe('/v1/chat/completions');
    expect(body).toBe('{"model":"llama","messages":[1]}');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'x-request-id': 'id-1',
    });
    expect(headers.authorization).toBeUndefined();
  });

  it('goes under the path of the replica’s address', async () => {
    expect((await seenBy({}, {}, '/base')).url).toBe('/base/v1/chat/completions');
  });

  it('carries the replica’s own key, whatever the client sent', async () => {
    const { headers } = await seenBy({ apiKey: 'of-the-engine', forwardsAuthorization: true });
    expect(headers.authorization).toBe('Bearer of-the-engine');
  });

  it('carries the client’s key only where the replica is told to get it', async () => {
    const { headers } = await seenBy({ forwardsAuthorization: true });
    expect(headers.authorization).toBe('Bearer of-the-client');
  });

  it('goes on with the trace', async () => {
    const { headers } = await seenBy({}, { traceparent: '00-a-b-01', tracestate: 'x=y' });
    expect(headers).toMatchObject({ traceparent: '00-a-b-01', tracestate: 'x=y' });
  });

  it('carries the name that the engine has for the model', async () => {
    expect((await seenBy({}, { model: 'real' })).body).toBe('{"model":"real","messages":[1]}');
  });

  it('asks for usage in a stream, and passes unedited to a replica that has left', async () => {
    const request = decoded({ model: 'llama', messages: [1], stream: true });
    expect((await seenBy({}, { request })).body).toContain('"include_usage":true');
    expect((await seenBy({ replica: () => undefined }, { request })).body).not.toContain('usage');
  });
});

describe('usage in a stream', () => {
  const engine = new OpenAiHttpEngine({
    connectMs: 1,
    forwardsAuthorization: false,
    address: 'http://127.0.0.1:1',
    replica: () => aReplica({ engine: 'sglang', engineVersion: '0.5.23' }),
  });

  it('is asked for by the gateway alone where the client did not ask', () => {
    const stream = { model: 'llama', messages: [1], stream: true };
    expect(engine.asksForUsage(decoded(stream))).toBe(true);
    expect(
      engine.asksForUsage(decoded({ ...stream, stream_options: { include_usage: true } })),
    ).toBe(false);
    expect(engine.asksForUsage(decoded({ ...stream, stream: false }))).toBe(false);
  });
});

describe('a look at the port', () => {
  it('tells whether the replica takes a connection, and is one for all who ask at once', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const engine = new OpenAiHttpEngine({
      connectMs: 5_000,
      forwardsAuthorization: false,
      address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      replica: () => aReplica(),
    });

    await expect(Promise.all([engine.listens(), engine.listens()])).resolves.toEqual([true, true]);
    server.close();
    await once(server, 'close');
    await expect(engine.listens()).resolves.toBe(false);
    expect(connections).toBe(1);
  });
});
