import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { Listener } from '../../../gateway/server/listen.ts';
import { listen } from '../../../gateway/server/listen.ts';

const open: Listener[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function listening(handler: Parameters<typeof listen>[0], port = 0): Promise<Listener> {
  const listener = await listen(handler, { host: '127.0.0.1', port, headBytesMax: 2_048 });
  open.push(listener);
  return listener;
}

/** Node sets what it says of its server on each connection, and keeps no public word of it. */
function isWithoutDelay(socket: Socket): boolean {
  return 'server' in socket && (socket.server as { readonly noDelay?: boolean }).noDelay === true;
}

async function connected(listener: Listener): Promise<Socket> {
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Resolves when a listener that is told to listen no more has done so: not before the next turn of the event loop. */
async function closedForOthers(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

describe('a listener', () => {
  it('says where it listens and hands requests on', async () => {
    const { url } = await listening((_request, response) => response.end('hello'));
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  it('cannot take a port that is taken', async () => {
    const { url } = await listening(() => undefined);
    await expect(listening(() => undefined, Number(new URL(url).port))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('answers a head over its bound with 431', async () => {
    const { url } = await listening((_request, response) => response.end());
    const fits = await fetch(url, { headers: { 'x-long': 'x'.repeat(1_000) } });
    const over = await fetch(url, { headers: { 'x-long': 'x'.repeat(2_048) } });
    expect([fits.status, over.status]).toEqual([200, 431]);
  });

  it('answers what can be read in two ways itself, in the shape that clients read, and closes', async () => {
    const listener = await listening(() => undefined);
    const socket = await connected(listener);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));

    socket.write('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    await once(socket, 'close');

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toContain('"code":"invalid_request"');
    expect(answer).toContain('it has more than one host');
  });

  it('hands a target with scheme and host on as a path', async () => {
    const listener = await listening((request, response) => response.end(request.url));
    const socket = await connected(listener);

    socket.write('GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];

    expect(data.toString()).toContain('/b?c');
  });

  it('counts every header, where Node would pass over those behind the two thousandth', async () => {
    let names = 0;
    const listener = await listen(
      (request, response) => {
        names = request.rawHeaders.length / 2;
        response.end();
      },
      { host: '127.0.0.1', port: 0, headBytesMax: 65_536 },
    );
    open.push(listener);
    const socket = await connected(listener);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));

    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${'a:b\r\n'.repeat(2_500)}\r\n`);
    await once(socket, 'close');

    expect(names).toBe(0);
    expect(answer).toContain('it has more than 128 headers');
  });

  it('sends each token at once, however small, over a connection without delay', async () => {
    let delays: boolean | undefined;
    const { url } = await listening((request, response) => {
      delays = !isWithoutDelay(request.socket);
      response.end();
    });
    await fetch(url);

    expect(delays).toBe(false);
  });

  it('breaks every connection when it closes', async () => {
    const listener = await listening((_request, response) => response.write('begun'));
    const socket = await connected(listener);
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    await listener.close();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('ends the connections over which nothing is under way, and no others', async () => {
    let end: (() => void) | undefined;
    const listener = await listening((request, response) => {
      if (request.url === '/short') return response.end('short');
      end = () => response.end('to the end');
      return response.write('begun, ');
    });
    const [idle, busy] = [await connected(listener), await connected(listener)];
    const closed = once(idle, 'close');
    idle.write('GET /short HTTP/1.1\r\nHost: x\r\n\r\n');
    busy.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await Promise.all([once(idle, 'data'), once(busy, 'data')]);
    listener.closeIdle();
    await closed;

    end?.();
    const [rest] = (await once(busy, 'data')) as [Buffer];
    expect(rest.toString()).toContain('to the end');
  });

  it('that listens no more serves the connections that it has, and takes no others', async () => {
    const listener = await listening((_request, response) => response.end('hello'));
    const socket = await connected(listener);
    listener.stopListening();
    await closedForOthers();
    await expect(
      (async () => {
        for (;;) (await connected(listener)).destroy();
      })(),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toContain('HTTP/1.1 200 OK');
  });

  it.runIf(process.platform === 'linux')(
    'shares a port with one that shares it too, and with no other',
    async () => {
      const sharing = { host: '127.0.0.1', headBytesMax: 2_048, reusePort: true };
      const first = await listen((_request, response) => response.end('a'), {
        ...sharing,
        port: 0,
      });
      open.push(first);
      const port = Number(new URL(first.url).port);
      const second = await listen((_request, response) => response.end('b'), { ...sharing, port });
      open.push(second);
      first.stopListening();
      // Its port is closed in the turn that follows the next.
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));

      expect(second.url).toBe(first.url);
      expect(await (await fetch(second.url)).text()).toBe('b');
      await expect(listening(() => undefined, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    },
  );

  it('has no certificate to renew without TLS', async () => {
    const listener = await listening(() => undefined);
    expect(() => listener.renewTls({ cert: '', key: '' })).toThrow(/no TLS/);
  });
});
