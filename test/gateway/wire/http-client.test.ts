import { once } from 'node:events';
import { createServer } from 'node:http';
import net from 'node:net';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { HttpClient } from '../../../gateway/wire/http-client.ts';
import type { HttpAnswerSink } from '../../../gateway/wire/http-client.ts';

const closings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function clientOf(listener: RequestListener): Promise<HttpClient> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    connectMs: 1_000,
  });
  closings.push(
    () => client.close(),
    () => server.closeAllConnections(),
    () => {
      server.close();
    },
  );
  return client;
}

/** Notes what a sink is told, and resolves when nothing more can follow. */
function aSink(onData?: (chunk: Buffer) => void) {
  const told: string[] = [];
  let over: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (over = resolve));
  const sink: HttpAnswerSink = {
    head: (status, headers) => told.push(`head ${status} ${String(headers['x-kind'])}`),
    data: (chunk) => {
      told.push(`data ${chunk.toString()}`);
      onData?.(chunk);
    },
    end: () => {
      told.push('end');
      over();
    },
    failed: (error: Error & { code?: string }) => {
      told.push(`failed ${error.code}`);
      over();
    },
  };
  return { told, done, sink };
}

const ask = {
  method: 'POST',
  path: '/v1/completions',
  headers: { 'x-a': 'b' },
  body: Buffer.from('{}'),
} as const;

describe('the HTTP client', () => {
  it('goes out over a connection without delay: a small request waits for nothing', async () => {
    const connect = vi.spyOn(net, 'connect');
    closings.push(() => connect.mockRestore());
    const client = await clientOf((_request, response) => response.end());
    const { sink, done } = aSink();
    client.send(ask, sink);
    await done;

    expect(connect).toHaveBeenCalledWith(expect.objectContaining({ noDelay: true }));
  });

  it('sends the request as it is, and tells head, data and end in order', async () => {
    const seen: (string | undefined)[] = [];
    const client = await clientOf((incoming: IncomingMessage, response: ServerResponse) => {
      seen.push(incoming.method, incoming.url, incoming.headers['x-a'] as string);
      incoming.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      incoming.on('end', () => {
        response.writeHead(201, { 'x-kind': 'whole' });
        response.end('answer');
      });
    });
    const { told, done, sink } = aSink();
    client.send(ask, sink);
    await done;
    expect(seen).toEqual(['POST', '/v1/completions', 'b', '{}']);
    expect(told).toEqual(['head 201 whole', 'data answer', 'end']);
  });

  it('tells nothing of announcements before the real head', async () => {
    const client = await clientOf((_incoming, response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.writeHead(200, { 'x-kind': 'real' });
      response.end();
    });
    const { told, done, sink } = aSink();
    client.send(ask, sink);
    await done;
    expect(told).toEqual(['head 200 real', 'end']);
  });

  it('tells a refused connection by its code', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const client = new HttpClient(`http://127.0.0.1:${port}`, { connectMs: 1_000 });
    closings.push(() => client.close());
    const { told, done, sink } = aSink();
    client.send(ask, sink);
    await done;
    expect(told).toEqual(['failed ECONNREFUSED']);
  });

  it('tells of a connection that breaks in the middle of an answer', async () => {
    const client = await clientOf((_incoming, response) => {
      response.writeHead(200, { 'x-kind': 'cut' });
      response.write('part', () => response.socket?.destroy());
    });
    const { told, done, sink } = aSink();
    client.send(ask, sink);
    await done;
    expect(told.slice(0, 2)).toEqual(['head 200 cut', 'data part']);
    expect(told.at(-1)).toMatch(/^failed /);
  });

  it('closes the connection under an aborted request, and tells no more of it', async () => {
    let closed: () => void = () => undefined;
    const whenClosed = new Promise<void>((resolve) => (closed = resolve));
    const client = await clientOf((_incoming, response) => {
      response.on('close', closed);
      response.writeHead(200);
      response.write('part');
    });
    const { told, sink } = aSink(() => exchange.abort());
    const exchange = client.send(ask, sink);
    await whenClosed;
    exchange.abort();
    expect(told).toEqual(['head 200 undefined', 'data part']);
  });

  it('can be aborted before it was sent', async () => {
    let requests = 0;
    const client = await clientOf((_incoming, response) => {
      requests += 1;
      response.end();
    });
    const abandoned = aSink();
    client.send(ask, abandoned.sink).abort();
    const { done, sink } = aSink();
    client.send(ask, sink);
    await done;
    expect(abandoned.told).toEqual([]);
    expect(requests).toBe(1);
  });

  it('holds data back between pause and resume', async () => {
    const client = await clientOf((_incoming, response) => {
      response.writeHead(200, { 'x-kind': 'paced' });
      response.write('one');
      response.end('two');
    });
    let isPaused = false;
    const { told, done, sink } = aSink(() => {
      expect(isPaused).toBe(false);
      isPaused = true;
      exchange.pause();
      setImmediate(() => {
        isPaused = false;
        exchange.resume();
      });
    });
    const exchange = client.send(ask, sink);
    await done;
    expect(told.filter((one) => one.startsWith('data')).join('')).toMatch(/one.*two/);
  });
});
