import { HttpAnswerError } from '../wire/http-answer-head.ts';
import { eventEnd, EVENT_BYTES_MAX, EventJoiner } from '../wire/sse.ts';
import type { HttpExchange } from '../wire/http-client.ts';
import type { Relay } from './relay.ts';
import type { Seam } from './seam.ts';

/** Passes the rest of an answer to the relay that passes answers on, as if it came from the replica that began it. */
export class ResumedRelay implements Relay {
  readonly #seam: Seam;
  readonly #relay: Relay;
  readonly #upstream: HttpExchange;
  readonly #joiner = new EventJoiner();

  constructor(seam: Seam, relay: Relay, upstream: HttpExchange) {
    this.#seam = seam;
    this.#relay = relay;
    this.#upstream = upstream;
  }

  get isWhole(): boolean {
    return this.#relay.isWhole;
  }

  data(chunk: Buffer): void {
    const bytes = this.#joiner.join(chunk);
    let start = 0;
    let rewritten = '';
    for (let end = eventEnd(bytes, 0); end !== -1; end = eventEnd(bytes, end)) {
      rewritten += this.#seam.rewrite(bytes.toString('latin1', start, end));
      start = end;
    }
    const fits = this.#joiner.hold(bytes, start);
    if (rewritten !== '') this.#relay.data(Buffer.from(rewritten, 'latin1'));
    if (this.#seam.isOver) {
      this.#relay.end();
      this.#upstream.abort();
    } else if (!fits) {
      this.#upstream.abort();
      this.#relay.failed(
        new HttpAnswerError(`more than ${EVENT_BYTES_MAX} bytes without an event`),
      );
    }
  }

  end(): void {
    this.#relay.end();
  }

  failed(error: Error): void {
    this.#relay.failed(error);
  }
}
