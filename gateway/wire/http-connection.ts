import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { SecureContext } from 'node:tls';

import { HttpAnswerError } from './http-answer-head.ts';
import type { HttpAnswerHead, ReceivedHeaders } from './http-answer-head.ts';
import type { HttpAnswerListener } from './http-answer-parser.ts';
import { HttpAnswerParser } from './http-answer-parser.ts';
import type { HttpAsk } from './http-request-bytes.ts';
import { requestBytes } from './http-request-bytes.ts';

/** Told what comes back for one request, in this order: at most one `head`, data, then `end` or `failed`. */
export interface HttpAnswerSink {
  head(status: number, headers: ReceivedHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  /** The exchange broke; nothing follows. Not told after `HttpExchange.abort`. */
  failed(error: Error): void;
}

/** One request under way. */
export interface HttpExchange {
  /** Stops reading from the socket, so that the other side stops writing. */
  pause(): void;
  resume(): void;
  /** Closes the connection under the request. Does nothing once it has ended. */
  abort(): void;
}

/** Where a connection goes. */
export interface HttpPeer {
  readonly host: string;
  readonly port: number;
  /** `Host` header of every request. */
  readonly authority: string;
  readonly connectMs: number;
  /** Whose certificates are trusted; `undefined` for a connection without TLS. */
  readonly trust: SecureContext | undefined;
}

/** Whose a connection is. */
export interface HttpConnectionOwner {
  /** It may be given another request within `keepAliveMs`. */
  idle(connection: HttpConnection, keepAliveMs: number): void;
  /** It is of no more use. Called once. */
  closed(connection: HttpConnection): void;
}

/**
 * What comes over plain connections, one read after the other: without it Node makes a buffer of 64 KiB for
 * each. At most so much is read ahead of a paused answer; the kernel holds the engine back beyond it.
 */
const RECEIVED: Buffer = Buffer.allocUnsafe(16 * 1024);

/** The same for TLS, which reads into a stream: what its sockets take and Node's types leave out. */
const READ_AHEAD = { highWaterMark: RECEIVED.length };

/** One connection of HTTP/1.1, and one request at a time on it. */
export class HttpConnection implements HttpAnswerListener {
  readonly #peer: HttpPeer;
  readonly #owner: HttpConnectionOwner;
  readonly #parser: HttpAnswerParser = new HttpAnswerParser(this);
  readonly #socket: Socket;
  readonly #connectTimer: NodeJS.Timeout;
  #exchange: OpenExchange | undefined;
  #keepAliveMs = 0;

  constructor(peer: HttpPeer, owner: HttpConnectionOwner) {
    this.#peer = peer;
    this.#owner = owner;
    const { trust } = peer;
    this.#socket = trust === undefined ? this.#connect() : this.#connectSecurely(trust);
    this.#connectTimer = setTimeout(() => this.#socket.destroy(tooLate(peer)), peer.connectMs);
    this.#listen(trust === undefined ? 'connect' : 'secureConnect');
  }

  /** Sends a request; the last one must have ended. Its sink is told nothing before this returns. */
  send(ask: HttpAsk, sink: HttpAnswerSink): HttpExchange {
    const [first, second] = requestBytes(ask, this.#peer.authority);
    const exchange = new OpenExchange(this, sink, ask.headers['connection'] !== 'close');
    this.#exchange = exchange;
    if (first !== undefined) this.#socket.write(first);
    if (second !== undefined) this.#socket.write(second);
    return exchange;
  }

  /** Tells nothing of the answer, and leaves what comes to the kernel. */
  pause(): void {
    this.#parser.pause();
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
    try {
      this.#parser.resume();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Closes the connection under a request, which is told nothing more. */
  abort(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  /** Closes the connection; a request on it fails. */
  close(): void {
    this.#socket.destroy();
  }

  head({ status, headers, keepAliveMs }: HttpAnswerHead): void {
    if (this.#exchange === undefined) throw new HttpAnswerError('an answer that nobody asked for');
    this.#keepAliveMs = keepAliveMs;
    this.#exchange.sink.head(status, headers);
  }

  data(bytes: Buffer): void {
    this.#exchange?.sink.data(bytes);
  }

  end(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.sink.end();
    exchange.isOver = true;
    this.#exchange = undefined;
    const isFree = exchange.keepsConnection && this.#keepAliveMs > 0;
    // An answer that overtook its request leaves the rest of that on the way.
    if (isFree && this.#socket.writableLength === 0 && !this.#socket.destroyed) {
      this.#owner.idle(this, this.#keepAliveMs);
    } else {
      this.#socket.destroy();
    }
  }

  #connect(): Socket {
    const { host, port } = this.#peer;
    const callback = (bytes: number): boolean => {
      this.#read(RECEIVED.subarray(0, bytes));
      return true;
    };
    return net.connect({ host, port, noDelay: true, onread: { buffer: RECEIVED, callback } });
  }

  #connectSecurely(secureContext: SecureContext): Socket {
    const { host, port } = this.#peer;
    const socket = tls.connect({ host, port, secureContext, ...READ_AHEAD });
    socket.setNoDelay(true);
    return socket.on('data', (bytes: Buffer) => this.#read(bytes));
  }

  #listen(connected: 'connect' | 'secureConnect'): void {
    let reason: Error | undefined;
    const socket = this.#socket;
    socket.once(connected, () => clearTimeout(this.#connectTimer));
    socket.on('error', (error) => {
      reason = error;
    });
    socket.on('end', () => this.#ended());
    socket.on('close', () => {
      clearTimeout(this.#connectTimer);
      this.#owner.closed(this);
      const exchange = this.#exchange;
      this.#exchange = undefined;
      if (exchange === undefined) return;
      exchange.isOver = true;
      exchange.sink.failed(reason ?? brokenOff());
    });
  }

  #read(bytes: Buffer): void {
    try {
      this.#parser.read(bytes);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** The other side has closed, which is the end of some answers. */
  #ended(): void {
    try {
      this.#parser.close();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** What is no answer, and a sink that throws, end this connection and nothing else. */
  #broken(error: unknown): void {
    this.#socket.destroy(error as Error);
  }
}

/** The request that a connection works on. */
class OpenExchange implements HttpExchange {
  readonly sink: HttpAnswerSink;
  readonly keepsConnection: boolean;
  isOver = false;
  readonly #connection: HttpConnection;

  constructor(connection: HttpConnection, sink: HttpAnswerSink, keepsConnection: boolean) {
    this.#connection = connection;
    this.sink = sink;
    this.keepsConnection = keepsConnection;
  }

  pause(): void {
    if (!this.isOver) this.#connection.pause();
  }

  resume(): void {
    if (!this.isOver) this.#connection.resume();
  }

  abort(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#connection.abort();
  }
}

function brokenOff(): Error {
  return Object.assign(new Error('the other side closed the connection'), { code: 'ECONNRESET' });
}

function tooLate({ authority, connectMs }: HttpPeer): Error {
  const message = `no connection to ${authority} within ${connectMs} ms`;
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
