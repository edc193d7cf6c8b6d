import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came. */
export interface LoggedRequest {
  /** Wall milliseconds since 1970 at which its body was whole. */
  readonly atMs: number;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they were spelled. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** How many requests are kept, and how many bytes of bodies. */
const REQUESTS_MAX = 256;
const BODY_BYTES_MAX = 32 * 2 ** 20;

/** The last requests, oldest first; the oldest go when there is no room. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #bytes = 0;
  #total = 0;

  /** Requests since the start, those included that are not kept. */
  get total(): number {
    return this.#total;
  }

  add(request: LoggedRequest): void {
    this.#total += 1;
    this.#requests.push(request);
    this.#bytes += request.body.length;
    while (this.#requests.length > REQUESTS_MAX || this.#bytes > BODY_BYTES_MAX) {
      this.#bytes -= this.#requests.shift()?.body.length ?? 0;
    }
  }

  /** The last `count` requests, oldest first. */
  last(count: number): readonly LoggedRequest[] {
    return count <= 0 ? [] : this.#requests.slice(-count);
  }

  clear(): void {
    this.#requests = [];
    this.#bytes = 0;
  }
}
