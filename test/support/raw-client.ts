import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What came over one connection, and how it ended. */
export interface RawAnswer {
  readonly text: string;
  /** In order, or by a reset. */
  readonly ending: 'fin' | 'rst';
}

/** A client that sends bytes and keeps all that comes back. */
export class RawClient {
  readonly socket: Socket;
  readonly #closed: Promise<unknown>;
  #text = '';
  #ending: 'fin' | 'rst' = 'fin';

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port) });
    this.socket.on('data', (data) => {
      this.#text += data.toString('latin1');
    });
    this.socket.on('error', () => {
      this.#ending = 'rst';
    });
    this.#closed = new Promise((resolve) => {
      this.socket.on('close', resolve);
    });
  }

  get text(): string {
    return this.#text;
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Resolves when so much has come that the text holds `part`. */
  async until(part: string): Promise<void> {
    while (!this.#text.includes(part)) await once(this.socket, 'data');
  }

  /** Resolves when the connection is closed, however it ended. */
  async closed(): Promise<RawAnswer> {
    await this.#closed;
    return { text: this.#text, ending: this.#ending };
  }
}

/** A request in HTTP/1.1 that asks for the connection to be closed behind it. */
export function postText(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const lines = Object.entries({
    host: 'simulator',
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`;
}

/** The body of an answer in chunks, without their sizes; `undefined` when its last chunk did not come. */
export function chunkedBody(answer: string): string | undefined {
  let rest = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  let body = '';
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (Number.isNaN(size)) return undefined;
    if (size === 0) return body;
    body += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 2 + size + 2);
  }
}
