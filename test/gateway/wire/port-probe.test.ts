import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { takesConnections } from '../../../gateway/wire/port-probe.ts';

const HOST = '127.0.0.1';
const WAIT_MS = 5_000;

describe('a look at a port', () => {
  it('finds whoever listens, sends nothing, and leaves nothing open', async () => {
    const server = createServer();
    const connected = once(server, 'connection');
    server.listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    await expect(takesConnections({ host: HOST, port }, WAIT_MS)).resolves.toBe(true);
    const [socket] = (await connected) as [Socket];
    socket.resume();
    await once(socket, 'close');

    expect(socket.bytesRead).toBe(0);
    server.close();
    await once(server, 'close');
    await expect(takesConnections({ host: HOST, port }, WAIT_MS)).resolves.toBe(false);
  });
});
