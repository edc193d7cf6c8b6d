import { rootCertificates } from 'node:tls';

import { Pool } from 'undici';
import type { Dispatcher as UndiciDispatcher } from 'undici';

/** Headers as Node and undici give them: lower-case names, lists where a header came twice. */
export type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>;

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

/** One request, ready to be sent. */
export interface HttpAsk {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** Bounds and trust of the connections to one origin. */
export interface HttpClientOptions {
  readonly connectMs: number;
  /** PEM of the authority that signed the other side's certificate, beside the system's own. */
  readonly ca?: string | undefined;
}

/**
 * Idle connections are dropped before uvicorn does it (5 s), which serves both vLLM and SGLang: the
 * first bytes of a request must not meet a socket that is being closed.
 */
const KEEP_ALIVE_MS = 4_000;

/** What Node's sockets take and undici's types leave out. */
const SOCKET_OPTIONS = {
  /** Bytes that are read ahead of a paused answer; beyond them the kernel holds the engine back. */
  highWaterMark: 16 * 1024,
};

/** HTTP/1.1 to one origin, one request a connection at a time. */
export class HttpClient {
  readonly #pool: Pool;

  constructor(origin: string, options: HttpClientOptions) {
    this.#pool = new Pool(origin, {
      pipelining: 1,
      // Long prefills send nothing for minutes; the gateway's own time limits decide.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: {
        timeout: options.connectMs,
        noDelay: true,
        ...SOCKET_OPTIONS,
        ...(options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] }),
      },
    });
  }

  send(ask: HttpAsk, sink: HttpAnswerSink): HttpExchange {
    const exchange = new UndiciExchange(sink);
    this.#pool.dispatch(
      {
        method: ask.method,
        path: ask.path,
        headers: ask.headers,
        body: ask.body ?? null,
      },
      exchange,
    );
    return exchange;
  }

  /** Breaks what is under way and closes every connection. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Undici's handler and the caller's handle in one object. */
class UndiciExchange implements HttpExchange, UndiciDispatcher.DispatchHandler {
  readonly #sink: HttpAnswerSink;
  #controller: UndiciDispatcher.DispatchController | undefined;
  #aborted = false;

  constructor(sink: HttpAnswerSink) {
    this.#sink = sink;
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort(new Error('abandoned by the gateway'));
  }

  onRequestStart(controller: UndiciDispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(new Error('abandoned by the gateway'));
  }

  onResponseStart(
    _controller: UndiciDispatcher.DispatchController,
    status: number,
    headers: ReceivedHeaders,
  ): void {
    // 1xx answers announce the real one.
    if (status >= 200 && !this.#aborted) this.#sink.head(status, headers);
  }

  onResponseData(_controller: UndiciDispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#aborted) this.#sink.data(chunk);
  }

  onResponseEnd(): void {
    if (!this.#aborted) this.#sink.end();
  }

  onResponseError(_controller: UndiciDispatcher.DispatchController, error: Error): void {
    if (!this.#aborted) this.#sink.failed(error);
  }
}
