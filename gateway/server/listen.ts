import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Server as NetServer } from 'node:net';

import { commonDialect } from '../dialects/catalog.ts';
import { GatewayError } from '../generation/error.ts';
import type { ConnectionGate } from './connection-gate.ts';
import { faultOfHead, originForm } from './request-head.ts';

/** Certificate and key of a listener, as PEM texts. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsPair | undefined;
  /** Longest request head. */
  readonly headBytesMax: number;
  /** Counts connections and refuses those beyond its bound; without one there is none. */
  readonly gate?: ConnectionGate | undefined;
  /** Shares the port with other processes that say so too; the system spreads connections over them. */
  readonly reusePort?: boolean;
}

/** An open port. */
export interface Listener {
  readonly url: string;
  /** Serves a renewed certificate to new connections. Throws where the listener has no TLS. */
  renewTls(pair: TlsPair): void;
  /** Takes no new connections; those that are open are served. */
  stopListening(): void;
  /** Ends the connections over which nothing is under way, so that their clients make others. */
  closeIdle(): void;
  /** Breaks every connection. */
  close(): Promise<void>;
}

/** Longer than load balancers keep idle connections (60 to 90 s), so that they close first and never meet a reset. */
const KEEP_ALIVE_MS = 95_000;

/** Answer bytes that wait in this process for a client that reads slowly, before its engine is paused. */
const WAITING_BYTES_MAX = 16 * 1024;

/** Time for a request's head to come in; slow senders hold a socket and nothing else. */
const HEADERS_MS = 30_000;

/** Opens a port. Rejects when it cannot be had. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listener> {
  const server = makeServer(handler, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const { host, port, reusePort = false } = options;
    server.listen({ host, port, reusePort }, resolve);
  });
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${hostForUrl(options.host)}:${(server.address() as AddressInfo).port}`,
    renewTls: (pair) => renewTls(server, pair),
    stopListening: () => {
      // Right behind the phase that takes in who waits, since the system resets those who still do. HTTP's own
      // `close` would break connections too over which a request is on its way.
      setImmediate(() => NetServer.prototype.close.call(server));
    },
    closeIdle: () => server.closeIdleConnections(),
    close: () => closeServer(server),
  };
}

function makeServer(handler: RequestListener, options: ListenOptions): Server {
  const settings = {
    noDelay: true,
    keepAlive: true,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    // Uploads of megabytes over slow links are not attacks; the body has its own bound.
    requestTimeout: 0,
    maxHeaderSize: options.headBytesMax,
    highWaterMark: WAITING_BYTES_MAX,
  };
  const listener = oneAtATime(soundOnly(handler));
  const server =
    options.tls === undefined
      ? createHttpServer(settings, listener)
      : createHttpsServer({ ...settings, ...options.tls }, listener);
  const { gate, tls } = options;
  if (gate !== undefined) {
    server.on('connection', (socket: Socket) => void gate.enter(socket, tls === undefined));
  }
  // Node would read so many headers and pass over the others; how many there may be is told of a head that is whole.
  server.maxHeadersCount = 0;
  // Whether the body is wanted is known once key and length have been looked at.
  return server.on('checkContinue', listener);
}

/**
 * Lets a request that was sent before the one ahead of it was answered (pipelining) wait for its turn. Node
 * would hand it on at once with a response that has no connection yet, and so none that could be broken.
 */
function oneAtATime(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (response.socket !== null) return handler(request, response);
    return response.once('socket', () => handler(request, response));
  };
}

/** Hands on what can be read in one way only, and answers the rest with 400 and the end of the connection. */
function soundOnly(handler: RequestListener): RequestListener {
  return (request, response) => {
    const fault = faultOfHead(request);
    if (fault !== undefined) return refuseHead(response, fault);
    request.url = originForm(request.url ?? '/');
    return handler(request, response);
  };
}

function refuseHead(response: ServerResponse, fault: string): void {
  const message = `The request is not taken, since it can be read in more than one way: ${fault}.`;
  const error = new GatewayError('invalid_request', message);
  const { status, body } = commonDialect.encodeError(error, randomUUID());
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(body);
}

function renewTls(server: Server, pair: TlsPair): void {
  if (!('setSecureContext' in server)) throw new Error('this listener has no TLS');
  (server as unknown as { setSecureContext(pair: TlsPair): void }).setSecureContext(pair);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function hostForUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
