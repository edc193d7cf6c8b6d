/** Where one member of an object stands, as byte offsets into the text. */
export interface JsonMember {
  readonly name: string;
  readonly nameStart: number;
  readonly valueStart: number;
  /** Just past the value's last byte. */
  readonly valueEnd: number;
}

/** The text is not the JSON that was wanted; `offset` is the byte at which that shows. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Nesting that is read; deeper text is refused. `JSON.parse` takes seconds on megabytes of brackets. */
export const JSON_DEPTH_MAX = 256;

/**
 * The members of the object that `text` is, in order, repeated names included. The whole text is
 * checked but for the far ends of long strings, nothing is decoded but the names. Throws `JsonSyntaxError`.
 *
 * A body passes to the engine as it came, so what the gateway wants of it is a few members and the
 * place where it can splice one, not a tree of megabytes.
 */
export function scanMembers(text: Buffer): JsonMember[] {
  const start = skipSpace(text, 0);
  if (text[start] !== OPEN_BRACE) throw new JsonSyntaxError('expected an object', start);
  const members: JsonMember[] = [];
  const end = skipSpace(text, skipObject(text, start, 1, members));
  if (end < text.length) throw new JsonSyntaxError('unexpected text after the object', end);
  return members;
}

/** The member that counts where names repeat: the last, as in the engines' own parsers. */
export function findMember(members: readonly JsonMember[], name: string): JsonMember | undefined {
  return members.findLast((member) => member.name === name);
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = text[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

function skipValue(text: Buffer, at: number, depth: number): number {
  switch (text[at]) {
    case QUOTE:
      return skipString(text, at);
    case OPEN_BRACE:
      return skipObject(text, at, depth + 1, undefined);
    case OPEN_BRACKET:
      return skipArray(text, at, depth + 1);
    case 0x74:
      return skipWord(text, at, 'true');
    case 0x66:
      return skipWord(text, at, 'false');
    case 0x6e:
      return skipWord(text, at, 'null');
    default:
      return skipNumber(text, at);
  }
}

function skipObject(
  text: Buffer,
  open: number,
  depth: number,
  members: JsonMember[] | undefined,
): number {
  if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('nested too deeply', open);
  let at = skipSpace(text, open + 1);
  if (text[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    const nameStart = at;
    const nameEnd = skipString(text, nameStart, Infinity);
    at = skipSpace(text, nameEnd);
    if (text[at] !== COLON) throw new JsonSyntaxError("expected ':'", at);
    const valueStart = skipSpace(text, at + 1);
    const valueEnd = skipValue(text, valueStart, depth);
    members?.push({ name: readName(text, nameStart, nameEnd), nameStart, valueStart, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] === CLOSE_BRACE) return at + 1;
    if (text[at] !== COMMA) throw new JsonSyntaxError("expected ',' or '}'", at);
    at = skipSpace(text, at + 1);
  }
}

function readName(text: Buffer, start: number, end: number): string {
  const quoted = text.toString('utf8', start, end);
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function skipArray(text: Buffer, open: number, depth: number): number {
  if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('nested too deeply', open);
  let at = skipSpace(text, open + 1);
  if (text[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    at = skipSpace(text, skipValue(text, at, depth));
    if (text[at] === CLOSE_BRACKET) return at + 1;
    if (text[at] !== COMMA) throw new JsonSyntaxError("expected ',' or ']'", at);
    at = skipSpace(text, at + 1);
  }
}

/**
 * Bytes of a string that are looked at one by one. The rest of a long one is searched natively, and what
 * is wrong there passes; a name is decoded, so it is looked at whole.
 */
const SHORT_STRING_BYTES = 256;

function skipString(text: Buffer, open: number, checkedBytes: number = SHORT_STRING_BYTES): number {
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

function skipLongString(text: Buffer, from: number, open: number): number {
  let at = from;
  for (;;) {
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

function skipWord(text: Buffer, at: number, word: string): number {
  if (text.toString('latin1', at, at + word.length) === word) return at + word.length;
  throw new JsonSyntaxError('expected a value', at);
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function skipNumber(text: Buffer, at: number): number {
  let end = at;
  while (isNumberByte(text[end])) end += 1;
  if (isPlainInteger(text, at, end)) return end;
  if (NUMBER.test(text.toString('latin1', at, end))) return end;
  throw new JsonSyntaxError(
    at === text.length ? 'unexpected end of the text' : 'expected a value',
    at,
  );
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  if (byte >= 0x30 && byte <= 0x39) return true;
  return byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}

/** Token-id prompts are thousands of these; none of them should cost a string. */
function isPlainInteger(text: Buffer, start: number, end: number): boolean {
  if (start === end || (text[start] === 0x30 && end > start + 1)) return false;
  for (let at = start; at < end; at += 1) {
    const byte = text[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}
