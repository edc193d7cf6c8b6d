import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { ClientReply, ReplyHeaders, ReplyListener } from '../pipeline/exchange.ts';
import { frameChunk } from './chunk-frame.ts';

/** nginx's status for a client that left; recorded, never sent. */
const CLIENT_CLOSED_STATUS = 499;

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

  start(status: number, headers: ReplyHeaders): void {
    this.#response.writeHead(status, { ...headers, ...this.#extra } as Record<string, string>);
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
    // After what was written has left, and without the chunk that would end the body: no client can
    // take the answer for a whole one.
    this.#response.socket?.destroySoon();
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
