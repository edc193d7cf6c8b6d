import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import net from 'node:net';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { HttpClient } from '../../../gateway/wire/http-client.ts';
import type { HttpAnswerSink } from '../../../gateway/wire/http-client.ts';
import { aCertificate, withoutOpenssl } from '../../support/live/certificates.ts';

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

  it('uses a connection again, the latest one first, and opens one where all are busy', async () => {
    const ports: (number | undefined)[] = [];
    const held: ServerResponse[] = [];
    const client = await clientOf((incoming, response) => {
      ports.push(incoming.socket.remotePort);
      if (incoming.headers['x-a'] === 'held') held.push(response);
      else response.end();
    });
    const once = async (): Promise<void> => {
      const { sink, done } = aSink();
      client.send(ask, sink);
      await done;
    };
    await once();
    await once();
    const busy = aSink();
    client.send({ ...ask, headers: { 'x-a': 'held' } }, busy.sink);
    await once();
    held[0]?.end();
    await busy.done;
    await once();

    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).toBe(ports[0]);
    expect(ports[3]).not.toBe(ports[0]);
    expect(ports[4]).toBe(ports[0]);
  });

  it('asks over no connection that the server has closed meanwhile', async () => {
    const sockets: Socket[] = [];
    const client = await clientOf((incoming, response) => {
      sockets.push(incoming.socket);
      response.end();
    });
    const first = aSink();
    client.send(ask, first.sink);
    await first.done;
    const gone = new Promise((resolve) => sockets[0]?.once('close', resolve));
    sockets[0]?.end();
    await gone;
    const second = aSink();
    client.send(ask, second.sink);
    await second.done;

    expect(second.told.at(-1)).toBe('end');
    expect(sockets[1]).not.toBe(sockets[0]);
  });

  it.each([
    ['is used again just before it has been idle for 4 s', 3_999, 1],
    ['is not used again after that', 4_000, 2],
  ])('a connection %s', async (_name, idleMs, connections) => {
    const ports = new Set<number | undefined>();
    const client = await clientOf((incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.end();
    });
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    closings.push(() => now.mockRestore());
    const first = aSink();
    client.send(ask, first.sink);
    await first.done;
    // Free once its sink has been told.
    await Promise.resolve();
    now.mockReturnValue(1_000 + idleMs);
    const second = aSink();
    client.send(ask, second.sink);
    await second.done;

    expect(ports.size).toBe(connections);
  });

  it('fails what is under way when it is closed', async () => {
    const client = await clientOf(() => undefined);
    const { told, done, sink } = aSink();
    client.send(ask, sink);
    client.close();
    await done;

    expect(told).toEqual(['failed ECONNRESET']);
  });

  it('names the host and the port that it asks', async () => {
    let host: string | undefined;
    const client = await clientOf((incoming, response) => {
      host = `${incoming.headers.host} ${incoming.socket.localPort}`;
      response.end();
    });
    const { done, sink } = aSink();
    client.send(ask, sink);
    await done;

    expect(host).toMatch(/^127\.0\.0\.1:(\d+) \1$/);
  });

  it('leaves no connection behind where it refuses what is asked', async () => {
    const sockets: Socket[] = [];
    const client = await clientOf((incoming, response) => {
      sockets.push(incoming.socket);
      response.end();
    });
    const { sink, done, told } = aSink();
    const refused = { ...ask, headers: { 'x-a': '\u{416}' } };
    expect(() => client.send(refused, sink)).toThrow(TypeError);
    client.send(ask, sink);
    await done;

    expect(told.at(-1)).toBe('end');
    expect(sockets).toHaveLength(1);
  });

  it('sends nothing once it is closed', async () => {
    let requests = 0;
    const client = await clientOf((_incoming, response) => {
      requests += 1;
      response.end();
    });
    client.close();
    const { sink, done, told } = aSink();
    client.send(ask, sink);
    await done;

    expect(told).toEqual(['failed ECONNRESET']);
    expect(requests).toBe(0);
  });

  it.skipIf(withoutOpenssl)('names the host in a TLS handshake, where it has a name', async () => {
    using certificate = aCertificate('engine');
    const context = createSecureContext({ cert: certificate.cert(), key: certificate.key() });
    const asked: string[] = [];
    const server = createSecureServer({
      cert: certificate.cert(),
      key: certificate.key(),
      SNICallback: (name, done) => {
        asked.push(name);
        done(null, context);
      },
    }).listen(0, '127.0.0.1');
    closings.push(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost']) {
      const client = new HttpClient(`https://${host}:${port}`, { connectMs: 1_000 });
      closings.push(() => client.close());
      const { done, sink } = aSink();
      client.send(ask, sink);
      await done;
    }

    expect(asked).toEqual(['localhost']);
  });
});
