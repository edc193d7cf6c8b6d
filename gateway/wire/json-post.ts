import type { HttpAnswerSink, HttpClient, HttpExchange } from './http-client.ts';

/** A small call whose answer is a JSON object. */
export interface JsonCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  readonly waitMs: number;
}

/** Longest answer that is read. */
export const JSON_ANSWER_BYTES_MAX: number = 8 * 2 ** 20;

/** The members of the answer; `undefined` where none comes in time, or another one than 200 and an object. Never rejects. */
export function postJson(
  client: Pick<HttpClient, 'send'>,
  call: JsonCall,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return new Promise((resolve) => {
    const sink = new JsonSink(resolve);
    const headers = { 'content-type': 'application/json', ...call.headers };
    const body = Buffer.from(JSON.stringify(call.body));
    sink.await(client.send({ method: 'POST', path: call.path, headers, body }, sink), call.waitMs);
  });
}

/** Collects one answer. */
class JsonSink implements HttpAnswerSink {
  readonly #tell: (members: Readonly<Record<string, unknown>> | undefined) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #exchange: HttpExchange | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (members: Readonly<Record<string, unknown>> | undefined) => void) {
    this.#tell = tell;
  }

  await(exchange: HttpExchange, waitMs: number): void {
    this.#exchange = exchange;
    this.#timer = setTimeout(() => this.#giveUp(), waitMs);
  }

  head(status: number): void {
    this.#status = status;
  }

  data(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > JSON_ANSWER_BYTES_MAX) this.#giveUp();
  }

  end(): void {
    this.#close(
      this.#status === 200 ? membersOf(Buffer.concat(this.#chunks).toString()) : undefined,
    );
  }

  failed(): void {
    this.#close(undefined);
  }

  #giveUp(): void {
    this.#exchange?.abort();
    this.#close(undefined);
  }

  #close(members: Readonly<Record<string, unknown>> | undefined): void {
    clearTimeout(this.#timer);
    this.#tell(members);
  }
}

function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // Whoever answers so does not know the call.
    return undefined;
  }
}
