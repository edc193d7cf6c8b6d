import type { AnswerTimer } from './answer-timer.ts';
import type { ToldUsage, WireFormat } from './wire-formats/wire-format.ts';

/** Longest line of a stream that is read, in bytes; a cumulative text of 1 M tokens stays below. */
export const LINE_BYTES_MAX: number = 16 * 1024 * 1024;

/** Why a stream is not an answer; its message becomes the error of the request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** How an answer is read. */
export interface AnswerReaderOptions {
  readonly format: WireFormat;
  /** Keeps the text; else only its words are counted. */
  readonly keepsText: boolean;
}

/** Reads one streamed answer line by line and drives the client's clocks with what it finds. */
export class AnswerReader {
  readonly #options: AnswerReaderOptions;
  readonly #timer: AnswerTimer;
  /** The start of a line whose end has not come, as latin-1, so that bytes and characters agree. */
  #rest = '';
  #text = '';
  #textLength = 0;
  #tokensSoFar = 0;
  #words = 0;
  #insideWord = false;
  #usage: ToldUsage | undefined;
  #lastLineMs: number | undefined;

  constructor(timer: AnswerTimer, options: AnswerReaderOptions) {
    this.#timer = timer;
    this.#options = options;
  }

  /** Words of the answer so far: what stands between blanks. */
  get words(): number {
    return this.#words;
  }

  /** Token counts that the engine told. */
  get usage(): ToldUsage | undefined {
    return this.#usage;
  }

  /** When the last line that is not blank came; `undefined` before the first. */
  get lastLineMs(): number | undefined {
    return this.#lastLineMs;
  }

  /** The answer, or '' where it is not kept. */
  get text(): string {
    return this.#text;
  }

  /** Takes bytes of the body as they come. Throws an `AnswerError` on what is not an answer. */
  read(chunk: Buffer, atMs: number): void {
    const bytes = this.#rest + chunk.toString('latin1');
    let start = 0;
    for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', start)) {
      this.#line(bytes.slice(start, end), atMs);
      start = end + 1;
    }
    this.#rest = bytes.slice(start);
    if (this.#rest.length > LINE_BYTES_MAX) throw new AnswerError('a line is too long');
  }

  /** The body ended; a last line without its line end still counts. */
  end(atMs: number): void {
    this.#line(this.#rest, atMs);
    this.#rest = '';
  }

  #line(line: string, atMs: number): void {
    const payload = payloadOf(line);
    if (payload === '') return;
    this.#lastLineMs = atMs;
    if (payload === '[DONE]' || payload.startsWith(':')) return;
    if (isError(payload)) throw new AnswerError(payload);
    const { text, tokensSoFar, usage } = this.#readEvent(payload);
    this.#usage = usage ?? this.#usage;
    if (text !== '') this.#chunk(text, tokensSoFar, atMs);
  }

  #readEvent(payload: string): ReturnType<WireFormat['read']> {
    try {
      return this.#options.format.read(payload);
    } catch (cause) {
      throw new AnswerError('an event that is not JSON', { cause });
    }
  }

  #chunk(text: string, tokensSoFar: number | undefined, atMs: number): void {
    const { isCumulative, sharesGaps } = this.#options.format;
    const added = isCumulative ? text.slice(this.#textLength) : text;
    this.#textLength = text.length;
    this.#count(added);
    if (this.#options.keepsText) this.#text += added;
    if (!sharesGaps || tokensSoFar === undefined) {
      this.#timer.chunk(atMs);
      return;
    }
    const entries = tokensSoFar - this.#tokensSoFar;
    this.#tokensSoFar = tokensSoFar;
    if (entries > 0) this.#timer.chunk(atMs, entries);
  }

  #count(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      const isBlank = text.charCodeAt(index) <= SPACE;
      if (!isBlank && !this.#insideWord) this.#words += 1;
      this.#insideWord = !isBlank;
    }
  }
}

const SPACE = 32;

/** What follows `data:` and its blank; the line itself where it is no data line; '' for a blank one. */
function payloadOf(line: string): string {
  const trimmed = line.trim();
  if (!trimmed.startsWith('data:')) return trimmed;
  return trimmed.startsWith('data: ') ? trimmed.slice(6) : trimmed.slice(5);
}

/** Both `{"error": …}` and the flat `{"object": "error", …}` of older engines. */
function isError(payload: string): boolean {
  return payload.startsWith('{"error"') || /^\{"object": ?"error"/u.test(payload);
}
