const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Longest event that is read, in bytes; an engine that sends a longer one has lost its framing. */
export const EVENT_BYTES_MAX: number = 1024 * 1024;

/**
 * Index just past the blank line that ends the event starting at `start`, or -1 while that line has
 * not come. Lines may end with LF or CRLF; a lone CR, which no engine sends, is not a line end.
 */
export function eventEnd(bytes: Uint8Array, start: number): number {
  let lineFeed = bytes.indexOf(LINE_FEED, start);
  while (lineFeed !== -1) {
    const next = bytes[lineFeed + 1];
    if (next === LINE_FEED) return lineFeed + 2;
    if (next === CARRIAGE_RETURN && bytes[lineFeed + 2] === LINE_FEED) return lineFeed + 3;
    lineFeed = bytes.indexOf(LINE_FEED, lineFeed + 1);
  }
  return -1;
}

/** Joins the chunks of an event stream so that events can be found in them. Holds less than one event. */
export class EventJoiner {
  #held: Buffer | undefined;

  /** Bytes that wait for the rest of their event. */
  get heldBytes(): number {
    return this.#held?.length ?? 0;
  }

  /** The held start of an event and `chunk`, in one piece; a copy only where something was held. */
  join(chunk: Buffer): Buffer {
    if (this.#held === undefined) return chunk;
    const joined = Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    return joined;
  }

  /** Keeps the bytes from `start` on for the next chunk. False when they pass `EVENT_BYTES_MAX`. */
  hold(bytes: Buffer, start: number): boolean {
    if (start < bytes.length) this.#held = bytes.subarray(start);
    return this.heldBytes <= EVENT_BYTES_MAX;
  }
}

/** Index of the payload of the event's first `data:` line, or -1 for comments and other fields. */
export function dataStart(event: string): number {
  let line = 0;
  while (!event.startsWith('data:', line)) {
    const lineFeed = event.indexOf('\n', line);
    if (lineFeed === -1) return -1;
    line = lineFeed + 1;
  }
  const payload = line + 'data:'.length;
  return event[payload] === ' ' ? payload + 1 : payload;
}
