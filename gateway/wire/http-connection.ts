import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { SecureContext } from 'node:tls';

import { HttpAnswerError } from './http-answer-head.ts';
import type { HttpAnswerHead, ReceivedHeaders } from './http-answer-head.ts';
import type { HttpAnswerListener } from './http-answer-parser.ts';
import { HttpAnswerParser } from './http-answer-parser.ts';

/** Told what comes back for one request, in this order: at most one `head`, data, then `end` or `failed`. */
export interface HttpAnswerSink {
  head(status: number, headers: ReceivedHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  /** The exchange broke; nothing follows. Not told after `HttpExchange.abort`. */
  failed(error: Error): void;
}

/** A sink threw `cause`: the fault is on this side of the connection. */
export class SinkError extends Error {
  override readonly name = 'SinkError';

  constructor(cause: unknown) {
    super('who took the answer threw', { cause });
  }
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
  /** `undefined` for connections without TLS. */
  readonly tls: TlsPeer | undefined;
}

/** How TLS is spoken with a peer. */
export interface TlsPeer {
  /** Whose certificates are trusted. */
  readonly context: SecureContext;
  /** The last session, with which the next handshake is shorter. */
  session: Buffer | undefined;
}

/** Whose a connection is. */
export interface HttpConnectionOwner {
  /** It may be given another request within `keepAliveMs`. */
  idle(connection: HttpConnection, keepAliveMs: number): void;
  /** It is of no more use, and may be given no request. Called once. */
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
  /** `undefined` once there is a connection. */
  #connectTimer: NodeJS.Timeout | undefined;
  #exchange: OpenExchange | undefined;
  #keepAliveMs = 0;
  #isConnected = false;
  #isRetired = false;

  constructor(peer: HttpPeer, owner: HttpConnectionOwner) {
    this.#peer = peer;
    this.#owner = owner;
    this.#socket = peer.tls === undefined ? this.#connect() : this.#connectSecurely(peer.tls);
    this.#connectTimer = setTimeout(() => this.#tooLate(), peer.connectMs);
    this.#listen(peer.tls === undefined ? 'connect' : 'secureConnect');
  }

  /**
   * Sends a request, as the pieces that go over the wire; the last one must have ended. Its sink is told nothing
   * before this returns.
   */
  send(
    pieces: readonly Uint8Array[],
    keepsConnection: boolean,
    sink: HttpAnswerSink,
  ): HttpExchange {
    const exchange = new OpenExchange(this, sink, keepsConnection);
    this.#exchange = exchange;
    for (const piece of pieces) this.#socket.write(piece);
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
    this.close();
  }

  /** Closes the connection; a request on it fails. */
  close(error?: Error): void {
    this.#retire();
    this.#socket.destroy(error);
  }

  head({ status, headers, keepAliveMs }: HttpAnswerHead): void {
    this.#keepAliveMs = keepAliveMs;
    this.#exchange?.sink.head(status, headers);
  }

  data(bytes: Buffer): void {
    this.#exchange?.sink.data(bytes);
  }

  end(isFollowed: boolean): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    exchange.end();
    const keepsConnection = exchange.keepsConnection && this.#keepAliveMs > 0;
    // An answer that overtook its request leaves the rest of that on the way.
    const isClean = !isFollowed && this.#socket.writableLength === 0 && !this.#socket.destroyed;
    if (keepsConnection && isClean) this.#owner.idle(this, this.#keepAliveMs);
    else this.close();
  }

  #connect(): Socket {
    const { host, port } = this.#peer;
    const callback = (bytes: number): boolean => {
      this.#read(RECEIVED.subarray(0, bytes));
      return true;
    };
    return net.connect({ host, port, noDelay: true, onread: { buffer: RECEIVED, callback } });
  }

  #connectSecurely(peer: TlsPeer): Socket {
    const { host, port } = this.#peer;
    const { context: secureContext, session } = peer;
    // An address is no name that a certificate is chosen by (RFC 6066 §3).
    const named = net.isIP(host) === 0 ? { servername: host } : {};
    const resumed = session === undefined ? {} : { session };
    const socket = tls.connect({ host, port, secureContext, ...named, ...resumed, ...READ_AHEAD });
    socket.setNoDelay(true);
    socket.on('session', (latest) => {
      peer.session = latest;
    });
    return socket.on('data', (bytes: Buffer) => this.#read(bytes));
  }

  #listen(connected: 'connect' | 'secureConnect'): void {
    let reason: Error | undefined;
    const socket = this.#socket;
    socket.once(connected, () => {
      this.#isConnected = true;
      clearTimeout(this.#connectTimer);
      this.#connectTimer = undefined;
    });
    socket.on('error', (error) => {
      reason = error;
    });
    socket.on('end', () => this.#ended());
    socket.on('close', () => {
      clearTimeout(this.#connectTimer);
      this.#retire();
      const exchange = this.#exchange;
      this.#exchange = undefined;
      exchange?.fail(reason ?? brokenOff());
    });
  }

  /** A process that was busy meanwhile looks first whether the connection has come. */
  #tooLate(): void {
    setImmediate(() => {
      if (!this.#isConnected) this.close(tooLate(this.#peer));
    });
  }

  #read(bytes: Buffer): void {
    // Nobody has asked for it: it could only be taken for the start of the next answer.
    if (this.#exchange === undefined) return this.close();
    try {
      this.#parser.read(bytes);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** The other side has closed, which is the end of some answers and cuts all others. */
  #ended(): void {
    try {
      this.#parser.close();
      this.close();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** What is no answer, and a sink that throws, end this connection and nothing else. */
  #broken(error: unknown): void {
    this.close(error instanceof HttpAnswerError ? error : new SinkError(error));
  }

  #retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#owner.closed(this);
  }
}

/** The request that a connection works on. */
class OpenExchange implements HttpExchange {
  readonly sink: HttpAnswerSink;
  readonly keepsConnection: boolean;
  readonly #connection: HttpConnection;
  #isOver = false;

  constructor(connection: HttpConnection, sink: HttpAnswerSink, keepsConnection: boolean) {
    this.#connection = connection;
    this.sink = sink;
    this.keepsConnection = keepsConnection;
  }

  /** Tells the sink that its answer is whole; one that throws at that is told that it failed. */
  end(): void {
    this.#isOver = true;
    try {
      this.sink.end();
    } catch (error) {
      this.fail(new SinkError(error));
    }
  }

  /** Tells the sink that nothing more comes. There is nobody left to tell of one that throws at that. */
  fail(error: Error): void {
    this.#isOver = true;
    try {
      this.sink.failed(error);
    } catch (bug) {
      process.emitWarning(bug as Error);
    }
  }

  pause(): void {
    if (!this.#isOver) this.#connection.pause();
  }

  resume(): void {
    if (!this.#isOver) this.#connection.resume();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
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
