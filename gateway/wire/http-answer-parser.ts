import { HttpAnswerError, readAnswerHead } from './http-answer-head.ts';
import type { HttpAnswerHead } from './http-answer-head.ts';

/** Told what one answer holds, in this order: `head`, data, `end`. */
export interface HttpAnswerListener {
  head(head: HttpAnswerHead): void;
  /** The bytes are the listener's own. */
  data(bytes: Buffer): void;
  /** `isFollowed` by bytes that belong to no answer. */
  end(isFollowed: boolean): void;
}

/** Longest head, and longest trailer: as long as Node's own. Those of engines stay under a kilobyte. */
export const HEAD_BYTES_MAX: number = 16 * 1024;

/** Answers of 1xx before the real one: a server that sends more never comes to it. */
export const ANNOUNCEMENTS_MAX = 16;

/** Longest line that a chunk begins with: its size, and extensions that nobody sends. */
export const CHUNK_LINE_BYTES_MAX = 4_096;

/** A chunk of more hexadecimal digits, 4 GiB and above, is none. */
const SIZE_DIGITS_MAX = 8;

const NOTHING: Buffer = Buffer.alloc(0);

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** The rest of what is being read has to come first. */
const INCOMPLETE = -1;

type State =
  | 'head'
  | 'sized'
  | 'chunk-line'
  | 'chunk'
  | 'chunk-border'
  | 'trailer'
  | 'until-close'
  | 'ended';

/**
 * Reads the answers of one connection, one after the other, as their bytes come in (RFC 9112). It is on the
 * way of every token: a chunk costs a copy of its bytes and nothing else.
 */
export class HttpAnswerParser {
  readonly #listener: HttpAnswerListener;
  #state: State = 'head';
  /** The start of a line or a head whose rest has not come. */
  #held: Buffer | undefined;
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0;
  #trailerBytes = 0;
  #announcements = 0;
  #isPaused = false;
  #isReading = false;

  constructor(listener: HttpAnswerListener) {
    this.#listener = listener;
  }

  /** Nothing is told from now on; what has come already is kept. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Tells what was kept. Throws as `read` does. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (!this.#isReading) this.read(NOTHING);
  }

  /**
   * Reads what came; the buffer may be used again afterwards. Throws an `HttpAnswerError`, after which nothing
   * more can be read, and whatever a listener throws.
   */
  read(received: Buffer): void {
    const bytes = this.#held === undefined ? received : Buffer.concat([this.#held, received]);
    this.#held = undefined;
    this.#isReading = true;
    try {
      const at = this.#readSteps(bytes);
      if (this.#state === 'ended' && !this.#isPaused) this.#end(at < bytes.length);
      else if (at < bytes.length) this.#held = copyOf(bytes, at, bytes.length);
    } finally {
      this.#isReading = false;
    }
  }

  /** The other side has closed: the end of an answer that has no other. */
  close(): void {
    if (this.#state === 'until-close') this.#end(false);
  }

  #end(isFollowed: boolean): void {
    this.#state = 'head';
    this.#announcements = 0;
    this.#listener.end(isFollowed);
  }

  /** Reads as much as there is, up to a pause and to the end of the answer; gives how far it came. */
  #readSteps(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && !this.#isPaused && this.#state !== 'ended') {
      const next = this.#step(bytes, at, this.#state);
      if (next === INCOMPLETE) break;
      at = next;
    }
    return at;
  }

  /** Reads the next part from `at` on; gives where it ends, or `INCOMPLETE`. */
  #step(bytes: Buffer, at: number, state: Exclude<State, 'ended'>): number {
    switch (state) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'chunk-line':
        return this.#readChunkLine(bytes, at);
      case 'sized':
      case 'chunk':
        return this.#readSized(bytes, at);
      case 'chunk-border':
        return this.#readChunkBorder(bytes, at);
      case 'trailer':
        return this.#readTrailer(bytes, at);
      case 'until-close':
        this.#listener.data(copyOf(bytes, at, bytes.length));
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
    if (end === -1 ? bytes.length - at > HEAD_BYTES_MAX : end - at > HEAD_BYTES_MAX) {
      throw new HttpAnswerError(`a head of more than ${HEAD_BYTES_MAX} bytes`);
    }
    if (end === -1) return INCOMPLETE;
    const head = readAnswerHead(bytes.toString('latin1', at, end));
    if (head.status === SWITCHING_PROTOCOLS) throw new HttpAnswerError('a change of protocol');
    if (head.status >= 200) this.#begin(head);
    else if (++this.#announcements > ANNOUNCEMENTS_MAX) {
      throw new HttpAnswerError('announcements without end');
    }
    return end + 4;
  }

  #begin(head: HttpAnswerHead): void {
    const { framing } = head;
    this.#listener.head(head);
    if (framing.kind === 'until-close') this.#state = 'until-close';
    else if (framing.kind === 'chunked') this.#state = 'chunk-line';
    else this.#state = framing.bytes === 0 ? 'ended' : 'sized';
    this.#left = framing.kind === 'sized' ? framing.bytes : 0;
  }

  #readSized(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#left, bytes.length);
    this.#left -= end - at;
    if (this.#left === 0) this.#state = this.#state === 'chunk' ? 'chunk-border' : 'ended';
    this.#listener.data(copyOf(bytes, at, end));
    return end;
  }

  #readChunkLine(bytes: Buffer, at: number): number {
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    const lineBytes = (lineFeed === -1 ? bytes.length : lineFeed) - at;
    if (lineBytes > CHUNK_LINE_BYTES_MAX) throw new HttpAnswerError('a chunk without a size');
    if (lineFeed === -1) return INCOMPLETE;
    this.#left = chunkSize(bytes, at, lineFeed);
    this.#trailerBytes = 0;
    this.#state = this.#left === 0 ? 'trailer' : 'chunk';
    return lineFeed + 1;
  }

  #readChunkBorder(bytes: Buffer, at: number): number {
    if (bytes[at] !== CARRIAGE_RETURN) throw new HttpAnswerError('a chunk longer than its size');
    if (at + 1 === bytes.length) return INCOMPLETE;
    if (bytes[at + 1] !== LINE_FEED) throw new HttpAnswerError('a chunk longer than its size');
    this.#state = 'chunk-line';
    return at + 2;
  }

  /** Skips what follows the last chunk, up to the blank line. */
  #readTrailer(bytes: Buffer, at: number): number {
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    const lineBytes = (lineFeed === -1 ? bytes.length : lineFeed + 1) - at;
    if (this.#trailerBytes + lineBytes > HEAD_BYTES_MAX) {
      throw new HttpAnswerError(`a trailer of more than ${HEAD_BYTES_MAX} bytes`);
    }
    if (lineFeed === -1) return INCOMPLETE;
    this.#trailerBytes += lineBytes;
    if (lineFeed === at + 1 && bytes[at] === CARRIAGE_RETURN) this.#state = 'ended';
    return lineFeed + 1;
  }
}

const SWITCHING_PROTOCOLS = 101;

/** The size that stands at `at`, in hexadecimal; what follows it up to the line's end is not looked at. */
function chunkSize(bytes: Buffer, at: number, lineFeed: number): number {
  let size = 0;
  let next = at;
  for (let digit = hexDigit(bytes[next]); digit !== -1; digit = hexDigit(bytes[next])) {
    size = size * 16 + digit;
    next += 1;
  }
  const isSize = next > at && next - at <= SIZE_DIGITS_MAX;
  if (!isSize || bytes[lineFeed - 1] !== CARRIAGE_RETURN || !endsSize(bytes[next])) {
    throw new HttpAnswerError('a chunk without a size');
  }
  return size;
}

function endsSize(byte: number | undefined): boolean {
  return byte === CARRIAGE_RETURN || byte === 0x3b /* ; */ || byte === 0x20 || byte === 0x09;
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function copyOf(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from);
  bytes.copy(copy, 0, from, to);
  return copy;
}
