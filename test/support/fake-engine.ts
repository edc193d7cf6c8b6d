import type { Engine, EngineAsk } from '../../gateway/engines/engine.ts';
import type {
  HttpAnswerSink,
  HttpExchange,
  ReceivedHeaders,
} from '../../gateway/wire/http-client.ts';

/** Headers of a streamed answer. */
export const streamHeaders: ReceivedHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'transfer-encoding': 'chunked',
};

/** One request at a fake engine: the test plays the engine. Like the real client it is silent after `abort`. */
export class FakeCall implements HttpExchange {
  readonly ask: EngineAsk;
  readonly #sink: HttpAnswerSink;
  isPaused = false;
  isAborted = false;

  constructor(ask: EngineAsk, sink: HttpAnswerSink) {
    this.ask = ask;
    this.#sink = sink;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  abort(): void {
    this.isAborted = true;
  }

  head(status: number, headers: ReceivedHeaders = { 'content-type': 'application/json' }): this {
    if (!this.isAborted) this.#sink.head(status, headers);
    return this;
  }

  data(...chunks: readonly (Buffer | string)[]): this {
    for (const chunk of chunks) if (!this.isAborted) this.#sink.data(Buffer.from(chunk));
    return this;
  }

  end(): void {
    if (!this.isAborted) this.#sink.end();
  }

  fail(error: Error): void {
    if (!this.isAborted) this.#sink.failed(error);
  }

  /** Answers at once and whole. */
  answer(status: number, body: unknown): void {
    const text = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': String(text.length) };
    this.head(status, headers).data(text).end();
  }

  /** Streams these chunks and ends. */
  stream(...chunks: readonly (Buffer | string)[]): void {
    this.head(200, streamHeaders)
      .data(...chunks)
      .end();
  }
}

/** An engine that answers when the test says so. */
export class FakeEngine implements Engine {
  readonly calls: FakeCall[] = [];
  /** What `tellsTokenIds` says. */
  tellsIds = false;
  /** What `continuesText` says. */
  continues = false;
  /** What `detokenize` says. */
  textOf: (ids: readonly number[]) => string | undefined = () => undefined;
  /** What `listens` says. */
  isListening = true;
  /** What `asksForUsage` says. */
  readonly #asksForUsage: boolean;

  constructor(facts: { readonly asksForUsage?: boolean } = {}) {
    this.#asksForUsage = facts.asksForUsage ?? false;
  }

  /** The request that came last. */
  get last(): FakeCall {
    const call = this.calls.at(-1);
    if (call === undefined) throw new Error('nobody has asked the engine');
    return call;
  }

  send(ask: EngineAsk, sink: HttpAnswerSink): HttpExchange {
    const call = new FakeCall(ask, sink);
    this.calls.push(call);
    return call;
  }

  asksForUsage(): boolean {
    return this.#asksForUsage;
  }

  tellsTokenIds(): boolean {
    return this.tellsIds;
  }

  continuesText(): boolean {
    return this.continues;
  }

  detokenize(ids: readonly number[]): Promise<string | undefined> {
    return Promise.resolve(this.textOf(ids));
  }

  listens(): Promise<boolean> {
    return Promise.resolve(this.isListening);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** An error as sockets have them. */
export function socketError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
