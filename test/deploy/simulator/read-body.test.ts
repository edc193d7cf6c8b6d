import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bodyBytesMax, readBody } from '../../../deploy/simulator/read-body.ts';

/** What a server with a limit of 10 bytes reads of a body that comes in these parts. */
async function read(...parts: readonly string[]): Promise<string> {
  const server = createServer((request, response) => {
    readBody(request, 10, (body) =>
      response.end(body === undefined ? 'too long' : `=${body.toString()}`),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });
  const init = { method: 'POST', body, duplex: 'half' };
  const text = await (await fetch(`http://127.0.0.1:${port}`, init as RequestInit)).text();
  server.close();
  server.closeAllConnections();
  return text;
}

describe('a body', () => {
  it('is handed over whole', async () => {
    expect(await read('abc', 'def')).toBe('=abcdef');
    expect(await read('abc')).toBe('=abc');
  });

  it('may be empty', async () => {
    expect(await read()).toBe('=');
  });

  it('may be as long as the limit, and not a byte longer', async () => {
    expect(await read('01234', '56789')).toBe('=0123456789');
    expect(await read('01234', '56789', 'x')).toBe('too long');
    expect(await read('0123456789x')).toBe('too long');
  });

  it('of a request may be 64 MiB long', () => {
    expect(bodyBytesMax).toBe(67_108_864);
  });
});
