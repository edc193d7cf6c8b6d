import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Ends a connection: in order, so that what was sent arrives, or by a reset. */
export type Ending = 'fin' | 'rst';

/** Where the events of one answer go. */
export interface StreamWriter {
  /** True while the client does not keep up. */
  readonly isFull: boolean;
  /** Sends the response head, once. */
  open(): void;
  /** Sends ASCII text, with the head before it when that is still to come. */
  write(text: string): void;
  /** Sends a last text and ends the answer well. */
  end(text: string): void;
  /** Sends bytes that are no chunk. */
  writeRaw(bytes: string): void;
  /** Breaks the connection off. */
  kill(ending: Ending): void;
  /** Calls back once when the client has caught up. */
  whenDrained(callback: () => void): void;
}

/** Bytes that are neither a chunk nor an event nor HTTP. */
export const GARBAGE = '\u0000\u00ff\u00fe~~ no event, no chunk, no header ~~\u0007\n';

/**
 * Writes an event stream past Node's response, one socket write a chunk: `ServerResponse.write` makes four writes of
 * each and costs about twice as much. Head and end still go through the response, which keeps its connection in order.
 */
export class EventWriter implements StreamWriter {
  readonly #response: ServerResponse;
  readonly #headers: Readonly<Record<string, string>>;
  #isOpen = false;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>) {
    this.#response = response;
    this.#headers = headers;
  }

  get isFull(): boolean {
    return this.#response.socket?.writableNeedDrain ?? false;
  }

  open(): void {
    if (this.#isOpen || this.#response.destroyed) return;
    this.#isOpen = true;
    this.#response.writeHead(200, this.#headers);
    this.#response.flushHeaders();
  }

  write(text: string): void {
    const socket = this.#response.socket;
    if (text === '' || socket === null || socket.destroyed) return;
    if (this.#isOpen) return this.#writeChunk(socket, text);
    socket.cork();
    this.open();
    this.#writeChunk(socket, text);
    socket.uncork();
  }

  end(text: string): void {
    if (this.#response.destroyed) return;
    this.open();
    this.#response.end(text, 'latin1');
  }

  writeRaw(bytes: string): void {
    this.#response.socket?.write(bytes, 'latin1');
  }

  kill(ending: Ending): void {
    killSocket(this.#response.socket, ending);
  }

  whenDrained(callback: () => void): void {
    this.#response.socket?.once('drain', callback);
  }

  #writeChunk(socket: Socket, text: string): void {
    // A client of HTTP/1.0 gets the bare text up to the end of the connection.
    const isChunked = this.#response.chunkedEncoding;
    socket.write(isChunked ? `${text.length.toString(16)}\r\n${text}\r\n` : text, 'latin1');
  }
}

/** Ends a socket in order or by a reset; nothing for one that is gone. */
export function killSocket(socket: Socket | null, ending: Ending): void {
  if (socket === null || socket.destroyed) return;
  if (ending === 'rst') socket.resetAndDestroy();
  else socket.destroySoon();
}
