import { JsonEnds } from '../wire/json-ends.ts';
import type { AttemptEnd } from './attempt.ts';
import { breakage, engineFailure, isBroken, recordEnd } from './relay.ts';
import type { Relay, RelayParts } from './relay.ts';
import { UsageTally } from './usage-tally.ts';

/** The end of a body that is kept to read usage from: usage stands behind the choices in every engine. */
export const TAIL_BYTES: number = 64 * 1024;

const NO_JSON = 'answered with what is no whole JSON';

/** Passes an answer on that comes in one piece, and reads the token counts at its end. */
export class WholeRelay implements Relay {
  /** Its end comes with its last byte. */
  readonly isWhole = false;
  readonly #parts: RelayParts;
  /** `undefined` for an answer that may be anything. */
  readonly #ends: JsonEnds | undefined;
  #waiting: Buffer | undefined;
  readonly #tail: Buffer[] = [];
  #tailBytes = 0;
  #isOver = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    if (answersInJson(parts)) this.#ends = new JsonEnds();
  }

  /** Each piece waits for the next, so that head and body leave together where there is one piece only. */
  data(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#ends?.read(chunk) === false) return this.#fail(NO_JSON);
    this.#keepTail(chunk);
    const ready = this.#waiting;
    this.#waiting = chunk;
    if (ready !== undefined) this.#send(ready);
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#ends?.isClosed === false) return this.#fail(NO_JSON);
    const { exchange, headers, reservation } = this.#parts;
    const end = exchange.dialect.readEnd(Buffer.concat(this.#tail).toString());
    if (isBroken(end)) return this.#fail(`ended the answer with '${end.finishReason}'`);
    reservation.firstToken();
    recordEnd(exchange, end, new UsageTally(exchange.request));
    if (!exchange.reply.started) exchange.reply.start(200, headers);
    exchange.reply.finish(this.#waiting);
    this.#over({ kind: 'complete' });
  }

  failed(error: Error): void {
    if (!this.#isOver) this.#fail(`${breakage(error)} in the middle of its answer`, error);
  }

  #send(bytes: Buffer): void {
    const { exchange, headers, reservation, upstream } = this.#parts;
    if (!exchange.reply.started) exchange.reply.start(200, headers);
    if (exchange.reply.write(bytes)) return;
    exchange.recorder.pauses += 1;
    reservation.isPaused = true;
    upstream.pause();
  }

  #keepTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= TAIL_BYTES) {
      this.#tailBytes -= this.#tail.shift()?.length ?? 0;
    }
  }

  #fail(what: string, cause?: Error): void {
    this.#over({ kind: 'failed', error: engineFailure(this.#parts, what, cause) });
    this.#parts.upstream.abort();
  }

  #over(end: AttemptEnd): void {
    this.#isOver = true;
    this.#parts.ended(end);
  }
}

function answersInJson({ exchange, headers }: RelayParts): boolean {
  const type = headers['content-type'];
  return (
    exchange.dialect.answersInJson ||
    (typeof type === 'string' && type.startsWith('application/json'))
  );
}
