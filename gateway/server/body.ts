import type { IncomingMessage } from 'node:http';

import type { CancelTimer, Clock } from '../clock.ts';
import { GatewayError } from '../generation/error.ts';

/** How much a body may be, and how long it may take. */
export interface BodyBounds {
  readonly bytesMax: number;
  readonly clock: Clock;
  /** Longest time for the whole body, or `Infinity`. */
  readonly totalMsMax: number;
  /** Called before the first byte is read; the client may have asked whether to send it at all. */
  readonly wanted?: (() => void) | undefined;
}

/** Longest pause between two pieces of a body: nginx has the same. */
export const BODY_IDLE_MS = 60_000;

/**
 * Reads a request's body. Past `bytesMax` it throws `request_too_large` without reading on, before
 * the first byte where `Content-Length` tells; a client that stops sending is `request_timeout`, one that
 * leaves is `client_closed`.
 */
export function readBody(incoming: IncomingMessage, bounds: BodyBounds): Promise<Buffer> {
  const { bytesMax } = bounds;
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > bytesMax) return Promise.reject(tooLarge(bytesMax));
  const coding = incoming.headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    const message = `The body is encoded as '${coding.slice(0, 40)}'; send it unencoded.`;
    return Promise.reject(new GatewayError('invalid_request', message));
  }
  bounds.wanted?.();
  return new Promise((resolve, reject) => {
    new Collector(incoming, bounds, { resolve, reject }).begin();
  });
}

interface Outcome {
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: GatewayError) => void;
}

/** Gathers the pieces of one body. */
class Collector {
  readonly #incoming: IncomingMessage;
  readonly #bounds: BodyBounds;
  readonly #outcome: Outcome;
  readonly #chunks: Buffer[] = [];
  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onEnd = (): void => this.#end();
  readonly #onError = (cause: Error): void => this.#fail(clientLeft(cause));
  readonly #onClose = (): void => this.#closed();
  readonly #beganMs: number;
  #bytes = 0;
  #lastMs: number;
  #cancelCheck: CancelTimer | undefined;

  constructor(incoming: IncomingMessage, bounds: BodyBounds, outcome: Outcome) {
    this.#incoming = incoming;
    this.#bounds = bounds;
    this.#outcome = outcome;
    this.#beganMs = bounds.clock.nowMs();
    this.#lastMs = this.#beganMs;
  }

  begin(): void {
    const incoming = this.#incoming;
    incoming.on('data', this.#onData);
    incoming.on('end', this.#onEnd);
    incoming.on('error', this.#onError);
    incoming.on('close', this.#onClose);
    this.#watch();
  }

  #take(chunk: Buffer): void {
    const { bytesMax, clock } = this.#bounds;
    this.#bytes += chunk.length;
    this.#lastMs = clock.nowMs();
    if (this.#bytes > bytesMax) return this.#fail(tooLarge(bytesMax));
    this.#chunks.push(chunk);
  }

  #end(): void {
    this.#cancelCheck?.();
    this.#stopListening();
    const [first] = this.#chunks;
    const isOne = this.#chunks.length === 1 && first !== undefined;
    this.#outcome.resolve(isOne ? first : Buffer.concat(this.#chunks));
  }

  /** The request lives as long as its answer, and would keep all this with it. */
  #stopListening(): void {
    const incoming = this.#incoming;
    incoming.off('data', this.#onData);
    incoming.off('end', this.#onEnd);
    incoming.off('error', this.#onError);
    incoming.off('close', this.#onClose);
  }

  #closed(): void {
    if (!this.#incoming.complete) this.#fail(clientLeft());
  }

  #fail(error: GatewayError): void {
    this.#cancelCheck?.();
    this.#incoming.pause();
    this.#outcome.reject(error);
  }

  /** One timer a body, not one a piece: it looks again when the latest piece could be too old. */
  #watch(): void {
    const { clock, totalMsMax } = this.#bounds;
    const dueMs = Math.min(this.#lastMs + BODY_IDLE_MS, this.#beganMs + totalMsMax);
    const leftMs = dueMs - clock.nowMs();
    if (leftMs <= 0) return this.#fail(tooSlow());
    this.#cancelCheck = clock.after(leftMs, () => this.#watch());
  }
}

function tooLarge(bytesMax: number): GatewayError {
  return new GatewayError('request_too_large', `The body is larger than ${bytesMax} bytes.`);
}

function tooSlow(): GatewayError {
  return new GatewayError('request_timeout', 'The rest of the request body did not come in time.');
}

function clientLeft(cause?: Error): GatewayError {
  return new GatewayError('client_closed', 'The client left before its request was whole.', {
    cause,
  });
}
