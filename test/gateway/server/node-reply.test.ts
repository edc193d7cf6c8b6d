import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { GatewayError } from '../../../gateway/generation/error.ts';
import type { ReplyListener } from '../../../gateway/pipeline/exchange.ts';
import { NodeReply } from '../../../gateway/server/node-reply.ts';

const closings: (() => void)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** A request over a raw socket, and the reply to it. */
async function asked(
  head = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
): Promise<{ reply: NodeReply; response: ServerResponse; socket: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  closings.push(
    () => socket.destroy(),
    () => server.closeAllConnections(),
    () => {
      server.close();
    },
  );
  socket.write(head);
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  return { reply: new NodeReply(response, { 'x-request-id': 'id-1' }), response, socket };
}

const unmoved: ReplyListener = {
  departed: () => undefined,
  resumed: () => undefined,
  turnedOut: () => undefined,
};

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

describe('a reply', () => {
  it('sends its own headers with every head, and counts the bytes of its body', async () => {
    const { reply, socket } = await asked();
    expect([reply.started, reply.status]).toEqual([false, 0]);
    reply.addHeader('x-gateway-replica', 'r0');
    reply.start(201, { 'content-length': '4', connection: 'close' });
    expect([reply.started, reply.status]).toEqual([true, 201]);
    reply.finish('body');
    const text = await readAll(socket);
    expect(text).toMatch(/^HTTP\/1\.1 201 /);
    expect(text.toLowerCase()).toContain('x-request-id: id-1');
    expect(text.toLowerCase()).toContain('x-gateway-replica: r0');
    expect(text.endsWith('\r\n\r\nbody')).toBe(true);
    expect(reply.bytesSent).toBe(4);
  });

  it('writes a stream in well formed chunks and ends it', async () => {
    const { reply, socket } = await asked();
    reply.start(200, { connection: 'close' });
    for (const piece of ['one', 'two', 'three']) reply.write(Buffer.from(piece));
    reply.finish();
    const body = (await readAll(socket)).split('\r\n\r\n').slice(1).join('\r\n\r\n');
    expect(body).toBe('3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n');
  });

  it('breaks a stream after its last words and never ends it cleanly', async () => {
    const { reply, socket } = await asked();
    reply.start(200, {});
    reply.write(Buffer.from('one'));
    reply.break('last');
    const text = await readAll(socket);
    expect(text).toContain('4\r\nlast\r\n');
    expect(text).not.toContain('0\r\n\r\n');
  });

  it('tells once that the client has left, and has then the status of one who left', async () => {
    const { reply, response, socket } = await asked();
    let departures = 0;
    reply.listener = { ...unmoved, departed: () => (departures += 1) };
    socket.destroy();
    await once(response, 'close');
    expect([departures, reply.departed, reply.status]).toEqual([1, true, 499]);
  });

  it('takes the end of a whole answer for no departure', async () => {
    const { reply, response } = await asked();
    let departures = 0;
    reply.listener = { ...unmoved, departed: () => (departures += 1) };
    reply.start(200, { connection: 'close' });
    reply.finish('all');
    await once(response, 'close');
    expect([departures, reply.departed]).toEqual([0, false]);
  });

  it('asks for a pause while the client does not read, and says when it has caught up', async () => {
    const { reply, socket } = await asked();
    socket.pause();
    const resumed = new Promise<void>((resolve) => {
      reply.listener = { ...unmoved, resumed: resolve };
    });
    reply.start(200, {});
    const piece = Buffer.alloc(64 * 1024, 'x');
    let pieces = 0;
    while (reply.write(piece)) {
      pieces += 1;
      expect(pieces).toBeLessThan(1_000);
    }
    socket.resume();
    await resumed;
  });

  it('closes the connection of a request whose body is not read to its end', async () => {
    const sending = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab';
    const { reply, socket } = await asked(sending);
    reply.start(401, { 'content-length': '2' });
    reply.finish('no');
    expect((await readAll(socket)).toLowerCase()).toContain('connection: close');
  });

  it('hands on that the gateway ends the request to whoever is at work on it', async () => {
    const { reply } = await asked();
    const error = new GatewayError('shutting_down', 'x');
    const told: GatewayError[] = [];
    reply.listener = { ...unmoved, turnedOut: (one) => told.push(one) };
    reply.turnOut(error);
    expect(told).toEqual([error]);
  });

  it('cuts a client off that still sends its request when the gateway ends it', async () => {
    const { reply, socket } = await asked();
    reply.turnOut(new GatewayError('shutting_down', 'x'));
    await once(socket, 'close');
    expect(reply.departed).toBe(true);
  });
});
