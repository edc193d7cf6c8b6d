import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a new connection meets. */
export type Reception = 'open' | 'closed' | 'reset';

/** Idle connections live so long, as under uvicorn, the engines' web server. */
const KEEP_ALIVE_MS = 5000;

/** An HTTP server on one port that can stop to listen and come back, and that can cut what it holds. */
export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #sockets = new Set<Socket>();
  #port: number;
  #reception: Reception = 'closed';

  /** Port 0 takes a free one at the first opening, and keeps it. */
  constructor(
    listener: RequestListener,
    { host, port }: { readonly host: string; readonly port: number },
  ) {
    this.#host = host;
    this.#port = port;
    this.#server = createServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE_MS }, listener);
    // A generation may take as long as it likes to be asked for and to be read.
    this.#server.requestTimeout = 0;
    this.#server.on('connection', (socket) => this.#take(socket));
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Changes what new connections meet; resolves when they do. */
  async receive(reception: Reception): Promise<void> {
    const wasListening = this.#reception !== 'closed';
    this.#reception = reception;
    if (reception === 'closed') {
      if (wasListening) this.#server.close();
    } else if (!wasListening) {
      await this.#listen();
    }
  }

  /** Resets every connection. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Stops listening and drops every connection; resolves when all are gone. */
  async close(): Promise<void> {
    const isListening = this.#reception !== 'closed';
    this.#reception = 'closed';
    for (const socket of this.#sockets) socket.destroy();
    if (!isListening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #listen(): Promise<void> {
    this.#server.listen({ host: this.#host, port: this.#port });
    await once(this.#server, 'listening');
    const address: AddressInfo | string | null = this.#server.address();
    assert(typeof address === 'object' && address !== null, 'a TCP port');
    this.#port = address.port;
  }

  #take(socket: Socket): void {
    if (this.#reception === 'reset') {
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
