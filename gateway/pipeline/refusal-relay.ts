import type { AttemptEnd, EngineRefusal } from './attempt.ts';
import { breakage, engineFailure } from './relay.ts';
import type { Relay, RelayParts } from './relay.ts';

/** Longest error body that is read; engines' own stay under a few kilobytes. */
export const REFUSAL_BYTES_MAX: number = 64 * 1024;

/** Collects an engine's refusal, of which the client sees nothing until no other replica is left to ask. */
export class RefusalRelay implements Relay {
  /** Its end comes with its last byte. */
  readonly isWhole = false;
  readonly #parts: RelayParts;
  readonly #status: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(status: number, parts: RelayParts) {
    this.#status = status;
    this.#parts = parts;
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > REFUSAL_BYTES_MAX) {
      this.#over({ kind: 'refused', refusal: this.#refusal() });
      this.#parts.upstream.abort();
    }
  }

  end(): void {
    if (!this.#isOver) this.#over({ kind: 'refused', refusal: this.#refusal() });
  }

  failed(error: Error): void {
    if (this.#isOver) return;
    const what = `answered ${this.#status} and ${breakage(error)}`;
    this.#over({ kind: 'failed', error: engineFailure(this.#parts, what, error) });
  }

  #refusal(): EngineRefusal {
    const body = Buffer.concat(this.#chunks).subarray(0, REFUSAL_BYTES_MAX);
    return { status: this.#status, headers: this.#parts.headers, body };
  }

  #over(end: AttemptEnd): void {
    this.#isOver = true;
    this.#parts.ended(end);
  }
}
