import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';

import { afterEach, describe, expect, it } from 'vitest';

import { HttpConnection } from '../../../gateway/wire/http-connection.ts';
import type { HttpAnswerSink, HttpPeer } from '../../../gateway/wire/http-connection.ts';

const closings: (() => unknown)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

const request = [Buffer.from('POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}')];
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na';

/** Resolves when something has become so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** A connection to a server that hands out its socket, and what its owner and its sink are told. */
class Scene {
  readonly told: string[] = [];
  readonly connection: HttpConnection;
  readonly server: Promise<Socket>;
  onData: () => void = () => undefined;
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();

  static async open(peer: Partial<HttpPeer> = {}): Promise<Scene> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closings.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const socket = once(server, 'connection').then(([one]: Socket[]) =>
      // A reset is one of the ways to be closed.
      (one as Socket).on('error', () => undefined),
    );
    const address = { host: '127.0.0.1', port, authority: `127.0.0.1:${port}` };
    return new Scene({ ...address, connectMs: 5_000, tls: undefined, ...peer }, socket);
  }

  private constructor(peer: HttpPeer, server: Promise<Socket>) {
    this.server = server;
    this.connection = new HttpConnection(peer, {
      idle: (_connection, keepAliveMs) => void this.told.push(`idle ${keepAliveMs}`),
      closed: () => {
        this.told.push('closed');
        this.#closed.resolve();
      },
    });
    closings.push(() => this.connection.close());
  }

  /** When the sink is told nothing more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  get sink(): HttpAnswerSink {
    return {
      head: (status) => void this.told.push(`head ${status}`),
      data: (bytes) => {
        this.told.push(`data ${bytes.toString()}`);
        this.onData();
      },
      end: () => {
        this.told.push('end');
        this.#over.resolve();
      },
      failed: (error: Error & { code?: string }) => {
        this.told.push(`failed: ${error.code ?? error.message}`);
        this.#over.resolve();
      },
    };
  }

  /** Sends a request, and has the server answer with `bytes` once it has come. */
  async answered(bytes: string, keepsConnection = true): Promise<Socket> {
    this.connection.send(request, keepsConnection, this.sink);
    const socket = await this.server;
    await once(socket, 'data');
    socket.write(bytes);
    return socket;
  }
}

describe('a connection after an answer', () => {
  it('is free for another, once the sink has been told', async () => {
    const scene = await Scene.open();
    await scene.answered(answer.replace('content', 'keep-alive: timeout=3\r\ncontent'));
    await scene.over;
    expect(scene.told).toEqual(['head 200', 'data a', 'end', 'idle 2000']);

    const next: PromiseWithResolvers<void> = Promise.withResolvers();
    scene.connection.send(request, true, { ...scene.sink, end: next.resolve });
    (await scene.server).write(answer);

    await expect(next.promise).resolves.toBeUndefined();
  });

  it.each([
    ['the server closes it', answer.replace('content', 'connection: close\r\ncontent'), true],
    ['the request asked for its end', answer, false],
    ['more follows than the answer', `${answer}b`, true],
  ])('is closed where %s', async (_name, bytes, keepsConnection) => {
    const scene = await Scene.open();
    await scene.answered(bytes, keepsConnection);
    await scene.closed;

    expect(scene.told).toEqual(['head 200', 'data a', 'end', 'closed']);
  });

  it('is closed where the request has not left when the answer is whole', async () => {
    const scene = await Scene.open();
    const socket = await scene.server.then((one) => one.pause());
    scene.connection.send([...request, Buffer.alloc(64 * 2 ** 20)], true, scene.sink);
    socket.write(answer);
    await scene.closed;

    expect(scene.told).toEqual(['head 200', 'data a', 'end', 'closed']);
  });

  it.each([
    'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nx-evil: ',
  ])('is closed where the server says %j without having been asked', async (bytes) => {
    const scene = await Scene.open();
    const socket = await scene.server;
    socket.write(bytes);
    await scene.closed;

    expect(scene.told).toEqual(['closed']);
  });

  it('is free though its sink paused it within the end', async () => {
    const scene = await Scene.open();
    const exchange = scene.connection.send(request, true, {
      ...scene.sink,
      end: () => exchange.pause(),
    });
    const socket = await scene.server;
    socket.write(answer);
    await until(() => scene.told.includes('idle Infinity'));
    scene.connection.send(request, true, scene.sink);
    socket.write(answer);

    await expect(scene.over).resolves.toBeUndefined();
  });
});

describe('an answer that has no other end', () => {
  it('ends with its connection', async () => {
    const scene = await Scene.open();
    const socket = await scene.answered('HTTP/1.1 200 OK\r\n\r\na');
    socket.end();
    await scene.over;

    expect(scene.told).toEqual(['head 200', 'data a', 'end', 'closed']);
  });

  it('is cut where its connection is reset', async () => {
    const scene = await Scene.open();
    scene.onData = () => void scene.server.then((socket) => socket.resetAndDestroy());
    await scene.answered('HTTP/1.1 200 OK\r\n\r\na');
    await scene.over;

    expect(scene.told.at(-1)).toBe('failed: ECONNRESET');
  });
});

describe('a request fails', () => {
  it.each(['', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na'])(
    'where the server closes after %j',
    async (bytes) => {
      const scene = await Scene.open();
      const socket = await scene.answered(bytes);
      socket.end();
      await scene.over;

      expect(scene.told.at(-1)).toBe('failed: ECONNRESET');
    },
  );

  it('where what comes back is no answer', async () => {
    const scene = await Scene.open();
    await scene.answered('+OK redis\r\n\r\n');
    await scene.over;

    expect(scene.told).toEqual(['closed', 'failed: no status line of HTTP/1']);
  });

  it('where its sink throws, and nothing else does', async () => {
    const scene = await Scene.open();
    scene.onData = () => {
      throw new Error('a bug');
    };
    await scene.answered(answer);
    await scene.over;

    expect(scene.told).toEqual([
      'head 200',
      'data a',
      'closed',
      'failed: who took the answer threw',
    ]);
  });

  it('where the server closes and does not read what is sent', async () => {
    const scene = await Scene.open();
    const socket = await scene.server.then((one) => one.pause());
    scene.connection.send([...request, Buffer.alloc(64 * 2 ** 20)], true, scene.sink);
    socket.end();
    await scene.over;

    expect(scene.told).toEqual(['closed', 'failed: ECONNRESET']);
  });

  it('where its sink throws at the end, and is told so', async () => {
    const scene = await Scene.open();
    const { sink } = scene;
    scene.connection.send(request, true, {
      ...sink,
      end: () => {
        throw new Error('a bug');
      },
    });
    (await scene.server).write(answer);
    await scene.over;

    expect(scene.told.slice(0, 3)).toEqual([
      'head 200',
      'data a',
      'failed: who took the answer threw',
    ]);
  });

  it('and warns where its sink throws at that', async () => {
    const scene = await Scene.open();
    const warned = once(process, 'warning');
    scene.connection.send(request, true, {
      ...scene.sink,
      failed: () => {
        throw new Error('another bug');
      },
    });
    scene.connection.close();

    expect((await warned)[0]).toMatchObject({ message: 'another bug' });
  });

  it('where the connection is closed under it', async () => {
    const scene = await Scene.open();
    scene.connection.send(request, true, scene.sink);
    scene.connection.close();
    await scene.over;

    expect(scene.told).toEqual(['closed', 'failed: ECONNRESET']);
  });

  it('where the connection is not there in time, its handshake included', async () => {
    const scene = await Scene.open({
      tls: { context: createSecureContext(), session: undefined },
      connectMs: 20,
    });
    scene.connection.send(request, true, scene.sink);
    await scene.over;

    expect(scene.told).toEqual(['closed', 'failed: ETIMEDOUT']);
  });
});

describe('a connection that took its time', () => {
  it('is no failure where this process was too busy to see that it came', async () => {
    const scene = await Scene.open({ connectMs: 20 });
    scene.connection.send(request, true, scene.sink);
    const until = performance.now() + 60;
    while (performance.now() < until);
    (await scene.server).write(answer);
    await scene.over;

    expect(scene.told.slice(0, 3)).toEqual(['head 200', 'data a', 'end']);
  });
});

describe('a request that is over', () => {
  it('cannot abort the next one on its connection, nor pause it', async () => {
    const scene = await Scene.open();
    const first = scene.connection.send(request, true, scene.sink);
    const socket = await scene.server;
    socket.write(answer);
    await scene.over;
    scene.told.length = 0;
    const second: PromiseWithResolvers<void> = Promise.withResolvers();
    scene.connection.send(request, true, { ...scene.sink, end: second.resolve });
    first.abort();
    first.pause();
    socket.write(answer);
    await second.promise;

    expect(scene.told).toEqual(['head 200', 'data a', 'idle Infinity']);
  });
});
