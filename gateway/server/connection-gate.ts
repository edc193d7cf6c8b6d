import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** What is kept for all but clients and their streams: files, looks at replicas, the admin port. */
export const DESCRIPTORS_RESERVED = 256;

/** A stream takes two: its client's connection and its engine's. */
const DESCRIPTORS_PER_STREAM = 2;

/** Clients come back when somebody inside has left; seconds are what that takes. */
const REFUSAL =
  'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/** Counts the connections of clients, and closes those beyond a bound at once. */
export class ConnectionGate {
  readonly #descriptors: number | undefined;
  #connectionsMax: number;
  #open = 0;
  #refused = 0;

  /** `descriptors`: how many the process may have, where that is known. */
  constructor(connectionsMax: number, descriptors: number | undefined = descriptorsMax()) {
    this.#descriptors = descriptors;
    this.#connectionsMax = connectionsMax;
  }

  /** Connections that may be open: as many as are set up, and fewer where descriptors would run out. */
  get connectionsMax(): number {
    if (this.#descriptors === undefined) return this.#connectionsMax;
    const free = (this.#descriptors - DESCRIPTORS_RESERVED) / DESCRIPTORS_PER_STREAM;
    return Math.max(Math.min(this.#connectionsMax, Math.floor(free)), 1);
  }

  get open(): number {
    return this.#open;
  }

  /** Connections that were closed at once, since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** Sets how many may be open from now on; nobody who is has to leave. */
  limit(connectionsMax: number): void {
    this.#connectionsMax = connectionsMax;
  }

  /** Counts a connection in, until it closes, or refuses it; `inPlain` tells whether its client can read why. */
  enter(socket: Socket, inPlain: boolean): boolean {
    if (this.#open >= this.connectionsMax) {
      this.#refused += 1;
      this.#refuse(socket, inPlain);
      return false;
    }
    this.#open += 1;
    socket.once('close', () => {
      this.#open -= 1;
    });
    return true;
  }

  #refuse(socket: Socket, inPlain: boolean): void {
    // A client that is gone already is nobody's trouble.
    socket.on('error', () => undefined);
    if (inPlain) socket.end(REFUSAL, () => socket.destroy());
    else socket.destroy();
  }
}

/** Descriptors that this process may have, or `undefined` where the system does not tell. */
function descriptorsMax(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
    return Number.isNaN(soft) ? undefined : soft;
  } catch {
    // Only Linux has the file; elsewhere the setting alone counts.
    return undefined;
  }
}
