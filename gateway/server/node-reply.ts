import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { GatewayError } from '../generation/error.ts';
import type { ClientReply, ReplyHeaders, ReplyListener } from '../pipeline/exchange.ts';
import { frameChunk } from './chunk-frame.ts';

/** nginx's status for a client that left; recorded, never sent. */
const CLIENT_CLOSED_STATUS = 499;

/** Time that a client has to read what was sent before its answer broke. */
const LAST_WORDS_MS = 5_000;

/** A client's reply on Node's own response: no stream, promise or `Response` object between. */
export class NodeReply implements ClientReply {
  readonly #response: ServerResponse;
  readonly #extra: ReplyHeaders;
  #departed = false;
  #bytesSent = 0;
  /** A first piece of the body has taken the head along. */
  #headWritten = false;
  listener: ReplyListener | undefined;

  /** `extra` headers stand on every answer, whoever made it. */
  constructor(response: ServerResponse, extra: ReplyHeaders) {
    this.#response = response;
    this.#extra = extra;
    response.on('drain', () => this.listener?.resumed());
    response.on('close', () => this.#closed());
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  get departed(): boolean {
    return this.#departed;
  }

  get status(): number {
    if (this.#response.headersSent) return this.#response.statusCode;
    return this.#departed ? CLIENT_CLOSED_STATUS : 0;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  addHeader(name: string, value: string): void {
    this.#extra[name] = value;
  }

  /** Tells a client that asked to go on and send its body. */
  sendContinue(): void {
    this.#response.writeContinue();
  }

  start(status: number, headers: ReplyHeaders): void {
    const all = { ...headers, ...this.#extra };
    // Who is refused while it still sends is not read to its end: the connection is of no more use.
    if (!this.#response.req.complete) all['connection'] = 'close';
    this.#response.writeHead(status, all as Record<string, string>);
  }

  write(bytes: Uint8Array | string): boolean {
    this.#bytesSent += bytes.length;
    const socket = this.#socketForChunks();
    if (socket === undefined || typeof bytes === 'string') return this.#response.write(bytes);
    if (socket.write(frameChunk(bytes))) return true;
    socket.once('drain', () => this.listener?.resumed());
    return false;
  }

  finish(last?: Uint8Array | string): void {
    this.#bytesSent += last?.length ?? 0;
    this.#response.end(last);
  }

  break(last?: string): void {
    if (last !== undefined) this.write(last);
    const { socket } = this.#response;
    if (socket === null) return;
    // After what was written has left, and without the chunk that would end the body: no client can
    // take the answer for a whole one.
    socket.destroySoon();
    // One that does not read would keep it all for ever.
    const timer = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
    socket.once('close', () => clearTimeout(timer));
  }

  /** Ends the request with `error`, whatever it waits for; one that still sends its body is cut off. */
  turnOut(error: GatewayError): void {
    if (this.listener !== undefined) this.listener.turnedOut(error);
    else if (!this.#response.headersSent) this.#response.socket?.destroy();
  }

  /**
   * The client's connection, where chunks may go straight to it: the head is on its way in front of them,
   * and the connection belongs to this answer and to none before it.
   */
  #socketForChunks(): Socket | undefined {
    if (!this.#headWritten) {
      this.#headWritten = true;
      return undefined;
    }
    const { socket, chunkedEncoding } = this.#response;
    return chunkedEncoding && socket !== null ? socket : undefined;
  }

  #closed(): void {
    if (this.#response.writableFinished || this.#departed) return;
    this.#departed = true;
    this.listener?.departed();
  }
}
