import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** How many more events pass any wire until it is cut, once; `Infinity` for none. */
export interface Cut {
  eventsLeft: number;
}

/** A wire to an engine that can be cut in mid-stream while the engine lives on. */
export interface Wire extends AsyncDisposable {
  readonly url: string;
}

/** Lays a wire to the engine at `url`; both ends see a reset where it is cut. */
export async function layWire(url: string, cut: Cut): Promise<Wire> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const { hostname, port } = new URL(url);
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    join(near, far);
    join(far, near, (bytes) => isCutBy(cut, bytes));
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function join(from: Socket, to: Socket, isCut: (bytes: Buffer) => boolean = () => false): void {
  from.on('data', (bytes: Buffer) => {
    if (isCut(bytes)) {
      from.resetAndDestroy();
      to.resetAndDestroy();
    } else to.write(bytes);
  });
  from.on('end', () => to.end());
  // What one end suffers the other one is to see.
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

/** Counts the events that go by; the one past the last is lost. */
function isCutBy(cut: Cut, bytes: Buffer): boolean {
  const events = bytes.toString('latin1').split('data: {').length - 1;
  const isCut = events > cut.eventsLeft;
  cut.eventsLeft = isCut ? Infinity : cut.eventsLeft - events;
  return isCut;
}
