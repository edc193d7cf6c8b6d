import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EventWriter } from '../../../deploy/simulator/event-writer.ts';
import { chunkedBody, RawClient } from '../../support/raw-client.ts';

const headers = { 'content-type': 'text/event-stream' };
const request = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

/** A writer with the client at its other end. */
async function aPair(text = request): Promise<{
  readonly writer: EventWriter;
  readonly response: ServerResponse;
  readonly client: RawClient;
}> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new RawClient(`http://127.0.0.1:${port}`).send(text);
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  server.close();
  return { writer: new EventWriter(response, headers), response, client };
}

describe('a writer of events', () => {
  it('sends head, chunks and end as one answer', async () => {
    const { writer, client } = await aPair();
    writer.open();
    writer.write('data: 1\n\n');
    writer.write(`data: ${'2'.repeat(18)}\n\n`);
    writer.end('data: 3\n\n');
    const { text, ending } = await client.closed();

    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\n/);
    expect(text).toContain(`\r\n9\r\ndata: 1\n\n\r\n1a\r\ndata: ${'2'.repeat(18)}\n\n\r\n`);
    expect(chunkedBody(text)).toBe(`data: 1\n\ndata: ${'2'.repeat(18)}\n\ndata: 3\n\n`);
    expect(ending).toBe('fin');
  });

  it('sends the head at once when it is opened', async () => {
    const { writer, client } = await aPair();
    writer.open();
    await client.until('\r\n\r\n');

    expect(client.text).toMatch(/chunked\r\n\r\n$/);
    writer.kill('rst');
  });

  it('sends the head with the first text when it was not opened', async () => {
    const { writer, client } = await aPair();
    writer.write('data: 1\n\n');
    writer.end('');
    const { text } = await client.closed();

    expect(chunkedBody(text)).toBe('data: 1\n\n');
  });

  it('sends the head when it ends without a text', async () => {
    const { writer, client } = await aPair();
    writer.end('');

    expect(chunkedBody((await client.closed()).text)).toBe('');
  });

  it('writes nothing for nothing', async () => {
    const { writer, client } = await aPair();
    writer.open();
    writer.write('');
    writer.write('x');
    writer.end('');

    expect((await client.closed()).text).toMatch(/\r\n\r\n1\r\nx\r\n0\r\n\r\n$/);
  });

  it('keeps the connection in order for the next request', async () => {
    const { writer, client } = await aPair('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    writer.write('data: 1\n\n');
    writer.end('');
    await client.until('0\r\n\r\n');

    expect(client.socket.closed).toBe(false);
    client.socket.destroy();
  });

  it('sends bare text to a client of HTTP/1.0', async () => {
    const { writer, client } = await aPair('GET / HTTP/1.0\r\n\r\n');
    writer.write('data: 1\n\n');
    writer.end('data: 2\n\n');
    const { text } = await client.closed();

    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('breaks off in order, behind what was sent', async () => {
    const { writer, client } = await aPair();
    writer.write('data: 1\n\n');
    writer.kill('fin');
    const { text, ending } = await client.closed();

    expect(text).toContain('data: 1');
    expect(chunkedBody(text)).toBeUndefined();
    expect(ending).toBe('fin');
  });

  it('breaks off by a reset', async () => {
    const { writer, client } = await aPair();
    writer.open();
    await client.until('\r\n\r\n');
    writer.kill('rst');

    expect((await client.closed()).ending).toBe('rst');
  });

  it('sends bytes that are no chunk', async () => {
    const { writer, client } = await aPair();
    writer.open();
    writer.writeRaw('\u00ff\u0000');
    writer.kill('fin');

    expect((await client.closed()).text.endsWith('\r\n\r\n\u00ff\u0000')).toBe(true);
  });

  it('does nothing for a client that has left', async () => {
    const { writer, response, client } = await aPair();
    client.socket.destroy();
    await once(response, 'close');

    expect(() => {
      writer.open();
      writer.write('x');
      writer.writeRaw('x');
      writer.end('x');
      writer.kill('rst');
    }).not.toThrow();
    expect(writer.isFull).toBe(false);
  });

  it('is full while its client does not read, and says when that has caught up', async () => {
    const { writer, client } = await aPair();
    client.socket.pause();
    const text = 'x'.repeat(64 * 1024);
    while (!writer.isFull) {
      writer.write(text);
      // Lets the system take what it can.
      await new Promise(setImmediate);
    }
    const drained = new Promise<void>((resolve) => writer.whenDrained(resolve));
    client.socket.resume();
    await drained;

    expect(writer.isFull).toBe(false);
    writer.kill('rst');
  });
});
