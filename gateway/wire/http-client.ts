import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';

import { HttpConnection } from './http-connection.ts';
import type {
  HttpAnswerSink,
  HttpConnectionOwner,
  HttpExchange,
  HttpPeer,
} from './http-connection.ts';
import type { HttpAsk } from './http-request-bytes.ts';
import { requestBytes } from './http-request-bytes.ts';
import type { Port } from './port-probe.ts';

export type { ReceivedHeaders } from './http-answer-head.ts';
export { SinkError } from './http-connection.ts';
export type { HttpAnswerSink, HttpExchange } from './http-connection.ts';
export type { HttpAsk } from './http-request-bytes.ts';

/** Bounds and trust of the connections to one origin. */
export interface HttpClientOptions {
  readonly connectMs: number;
  /** PEM of the authority that signed the other side's certificate, beside those that Node trusts. */
  readonly ca?: string | undefined;
}

/**
 * Idle connections are dropped before uvicorn does it (5 s), which serves both vLLM and SGLang: the
 * first bytes of a request must not meet a socket that is being closed.
 */
const KEEP_ALIVE_MS = 4_000;

/** A connection that waits for another request. */
interface IdleConnection {
  readonly connection: HttpConnection;
  readonly untilMs: number;
}

/**
 * HTTP/1.1 to one origin, one request a connection at a time, and as many connections as there are requests.
 *
 * A client of our own: undici's costs a third of all that a relayed token costs (17.4 against 11.8 µs for a pipe
 * that does nothing else), since each read makes a buffer of 64 KiB and goes through a stream, a parser in
 * WebAssembly and four handlers.
 */
export class HttpClient implements HttpConnectionOwner {
  readonly #peer: HttpPeer;
  readonly #connections: Set<HttpConnection> = new Set();
  /** Those that nobody uses, latest last: what is used is used again, and the others can go. */
  #idle: IdleConnection[] = [];
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(origin: string, options: HttpClientOptions) {
    this.#peer = peerOf(new URL(origin), options);
  }

  /** Where it connects to. */
  get port(): Port {
    return this.#peer;
  }

  /** Sends a request. Its sink is told nothing before this returns. Throws on an ask that is no request. */
  send(ask: HttpAsk, sink: HttpAnswerSink): HttpExchange {
    // Before a connection is taken: an ask that is refused leaves none behind.
    const pieces = requestBytes(ask, this.#peer.authority);
    const connection = this.#takeIdle() ?? this.#open();
    const exchange = connection.send(pieces, ask.headers['connection'] !== 'close', sink);
    if (this.#isClosed) connection.close();
    return exchange;
  }

  /** Breaks what is under way and closes every connection. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const connection of this.#connections) connection.close();
  }

  idle(connection: HttpConnection, keepAliveMs: number): void {
    if (this.#isClosed) return connection.close();
    const untilMs = performance.now() + Math.min(keepAliveMs, KEEP_ALIVE_MS);
    this.#idle.push({ connection, untilMs });
    this.#sweep ??= setTimeout(() => this.#dropStale(), KEEP_ALIVE_MS).unref();
  }

  closed(connection: HttpConnection): void {
    this.#connections.delete(connection);
    const index = this.#idle.findIndex((one) => one.connection === connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  #open(): HttpConnection {
    const connection = new HttpConnection(this.#peer, this);
    this.#connections.add(connection);
    return connection;
  }

  #takeIdle(): HttpConnection | undefined {
    const nowMs = performance.now();
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.untilMs > nowMs) return last.connection;
      last.connection.close();
    }
    return undefined;
  }

  #dropStale(): void {
    const nowMs = performance.now();
    const stale = this.#idle.filter(({ untilMs }) => untilMs <= nowMs);
    this.#idle = this.#idle.filter(({ untilMs }) => untilMs > nowMs);
    for (const { connection } of stale) connection.close();
    const isEmpty = this.#idle.length === 0;
    this.#sweep = isEmpty ? undefined : setTimeout(() => this.#dropStale(), KEEP_ALIVE_MS).unref();
  }
}

function peerOf(origin: URL, { connectMs, ca }: HttpClientOptions): HttpPeer {
  const isSecure = origin.protocol === 'https:';
  return {
    host: origin.hostname.replace(/^\[|\]$/g, ''),
    port: Number(origin.port || (isSecure ? HTTPS_PORT : HTTP_PORT)),
    authority: origin.host,
    connectMs,
    tls: isSecure ? { context: trusting(ca), session: undefined } : undefined,
  };
}

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** Made once: to read the authorities takes milliseconds. */
function trusting(ca: string | undefined): SecureContext {
  return createSecureContext(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] });
}
