/** The text is not the JSON that was wanted; `offset` is the byte at which that shows. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index of the first byte from `from` on that is no white space of JSON; `text.length` where there is none. */
export function skipSpace(text: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = text[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

/**
 * Bytes of a string that are looked at one by one. The rest of a long one is searched natively, and what
 * is wrong there passes.
 */
const SHORT_STRING_BYTES = 256;

/** Index just past the string that opens at `open`. Throws `JsonSyntaxError`. */
export function skipString(
  text: Buffer,
  open: number,
  checkedBytes: number = SHORT_STRING_BYTES,
): number {
  if (text[open] !== QUOTE) throw new JsonSyntaxError('expected a string', open);
  const checkedEnd = Math.min(open + checkedBytes, text.length);
  let at = open + 1;
  while (at < checkedEnd) {
    const byte = text[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) throw new JsonSyntaxError('control character in a string', at);
    at = byte === BACKSLASH ? skipEscape(text, at) : at + 1;
  }
  return skipLongString(text, at, open);
}

/** Bytes behind an escaped quote that are walked: a native search costs as much as ten of them, and quotes come in crowds. */
const WALKED_BYTES = 32;

function skipLongString(text: Buffer, from: number, open: number): number {
  let at = from;
  for (;;) {
    const walkedEnd = Math.min(at + WALKED_BYTES, text.length);
    while (at < walkedEnd) {
      const byte = text[at];
      if (byte === QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
    const quote = text.indexOf(QUOTE, at);
    if (quote === -1) throw new JsonSyntaxError('string without end', open);
    let backslashes = 0;
    while (quote - backslashes > at && text[quote - 1 - backslashes] === BACKSLASH)
      backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skipEscape(text: Buffer, backslash: number): number {
  const letter = String.fromCharCode(text[backslash + 1] ?? 0);
  if ('"\\/bfnrt'.includes(letter)) return backslash + 2;
  if (letter !== 'u') throw new JsonSyntaxError('unknown escape in a string', backslash);
  const digits = text.toString('latin1', backslash + 2, backslash + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonSyntaxError('broken \\u escape', backslash);
  return backslash + 6;
}

const WORDS: ReadonlyMap<number | undefined, Buffer> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);

/** Index just past the number, `true`, `false` or `null` that stands at `at`. Throws `JsonSyntaxError`. */
export function skipScalar(text: Buffer, at: number): number {
  const word = WORDS.get(text[at]);
  return word === undefined ? skipNumber(text, at) : skipWord(text, at, word);
}

function skipWord(text: Buffer, at: number, word: Buffer): number {
  for (let index = 1; index < word.length; index += 1) {
    if (text[at + index] !== word[index]) throw new JsonSyntaxError('expected a value', at);
  }
  return at + word.length;
}

/** Byte by byte: prompts of token ids and embeddings are thousands of numbers, and none should cost a string. */
function skipNumber(text: Buffer, start: number): number {
  const at = text[start] === 0x2d ? start + 1 : start;
  const isZero = text[at] === 0x30;
  let end = isZero ? at + 1 : skipDigits(text, at);
  if (end === at) throw noValue(text, start);
  if (text[end] === 0x2e) end = someDigits(text, end + 1, start);
  if (text[end] === 0x65 || text[end] === 0x45) {
    const isSigned = text[end + 1] === 0x2b || text[end + 1] === 0x2d;
    end = someDigits(text, end + (isSigned ? 2 : 1), start);
  }
  // What follows must end the value: `01`, `1.2.3` and `1-2` are none.
  if (isNumberByte(text[end])) throw noValue(text, start);
  return end;
}

function skipDigits(text: Buffer, from: number): number {
  let at = from;
  while (isDigit(text[at])) at += 1;
  return at;
}

function someDigits(text: Buffer, from: number, start: number): number {
  const end = skipDigits(text, from);
  if (end === from) throw noValue(text, start);
  return end;
}

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isNumberByte(byte: number | undefined): boolean {
  if (isDigit(byte)) return true;
  return byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}

function noValue(text: Buffer, at: number): JsonSyntaxError {
  const isCut = at === text.length;
  return new JsonSyntaxError(isCut ? 'unexpected end of the text' : 'expected a value', at);
}
