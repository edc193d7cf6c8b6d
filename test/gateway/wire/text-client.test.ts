import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TextClient } from '../../../gateway/wire/text-client.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';

const never = new AbortController().signal;

describe('a client of small pages', () => {
  let server: Server;
  let client: TextClient;
  let answer: RequestListener;
  let connections: number;
  let url: string;

  beforeEach(async () => {
    connections = 0;
    server = createServer((request, response) => answer(request, response));
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = openTextClient({ connectMs: 1_000, bodyBytesMax: 1_000 });
  });

  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });

  function get(path = '/', signal = never, headers = {}) {
    return client.fetchText(`${url}${path}`, { headers, signal });
  }

  it('gives status, headers and text, whatever the status', async () => {
    answer = (request, response) => {
      response.writeHead(503, { 'x-path': request.url, 'x-key': request.headers.authorization });
      response.end('é not ready');
    };
    const { status, headers, body } = await get('/health', never, { authorization: 'Bearer x' });
    expect({ status, body }).toEqual({ status: 503, body: 'é not ready' });
    expect(headers).toMatchObject({ 'x-path': '/health', 'x-key': 'Bearer x' });
  });

  it('posts JSON where there is a body', async () => {
    answer = (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { method, headers } = request;
        response.end(`${method} ${headers['content-type']} ${Buffer.concat(pieces).toString()}`);
      });
    };
    const options = { headers: {}, signal: never, body: '{"a":1}' };
    const { body } = await client.fetchText(url, options);
    expect(body).toBe('POST application/json {"a":1}');
  });

  it('keeps its connection from page to page', async () => {
    answer = (_, response) => response.end('x');
    for (let page = 0; page < 20; page += 1) await get();
    // A page may be asked for before the connection of the last one counts as free.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('asks for several pages at once', async () => {
    const waiting: (() => void)[] = [];
    answer = (_, response) => {
      waiting.push(() => response.end('x'));
      if (waiting.length === 3) for (const go of waiting) go();
    };
    const pages = await Promise.all([get('/a'), get('/b'), get('/c')]);
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('reads pages up to the longest that may be, and fails on one byte more', async () => {
    answer = (request, response) =>
      response.end('x'.repeat(request.url === '/long' ? 1_001 : 1_000));
    expect((await get()).body).toHaveLength(1_000);
    await expect(get('/long')).rejects.toThrow('Response content exceeded max size');
  });

  it('fails where nobody listens', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(get()).rejects.toThrow('ECONNREFUSED');
  });

  it('fails where the answer breaks off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => response.destroy());
    };
    await expect(get()).rejects.toThrow();
  });

  it('gives up when the signal says so, before the head and within the body', async () => {
    for (const begins of [false, true]) {
      const stop = new AbortController();
      answer = (_, response) => {
        if (begins) response.write('12345', () => stop.abort());
        else stop.abort();
      };
      await expect(get('/', stop.signal)).rejects.toThrow();
    }
  });

  it('breaks what is under way when it is closed', async () => {
    const asked = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const pages = get();
    pages.catch(() => undefined);
    await asked;
    await client.close();
    await expect(pages).rejects.toThrow();
  });
});
