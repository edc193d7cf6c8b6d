import { isUtf8 } from 'node:buffer';

import { JsonScan } from './json-scan.ts';
import { JsonSyntaxError, skipSpace } from './json-tokens.ts';

export { JsonSyntaxError } from './json-tokens.ts';

/** Where one member of an object stands, as byte offsets into the text. */
export interface JsonMember {
  readonly name: string;
  readonly nameStart: number;
  readonly valueStart: number;
  /** Just past the value's last byte. */
  readonly valueEnd: number;
}

/**
 * The members of the object that `text` is, in order. The whole text is checked but for the far ends of long
 * strings, nothing is decoded but the names. Throws `JsonSyntaxError`, on a name that repeats too: the gateway
 * and an engine could each take another one for the request's.
 *
 * A body passes to the engine as it came, so what the gateway wants of it is a few members and the
 * place where it can splice one, not a tree of megabytes.
 */
export function scanMembers(text: Buffer): JsonMember[] {
  const start = skipSpace(text, 0);
  if (text[start] !== OPEN_BRACE) throw new JsonSyntaxError('expected an object', start);
  if (!isUtf8(text)) throw new JsonSyntaxError('the text is not UTF-8', start);
  const members: JsonMember[] = [];
  const names = new Set<string>();
  const scan = new JsonScan(text, ({ depth, nameStart, nameEnd, valueStart, valueEnd }) => {
    if (depth > 1) return;
    const name = nameAt(text, nameStart, nameEnd);
    if (names.has(name)) throw new JsonSyntaxError('a name that stands there already', nameStart);
    names.add(name);
    members.push({ name, nameStart, valueStart, valueEnd });
  });
  const end = skipSpace(text, scan.skipValue(start));
  if (end < text.length) throw new JsonSyntaxError('unexpected text after the object', end);
  return members;
}

/** The member of that name, if there is one. */
export function findMember(members: readonly JsonMember[], name: string): JsonMember | undefined {
  return members.find((member) => member.name === name);
}

/** The members of these names at any depth of a text that `scanMembers` has taken. */
export function findAnywhere(text: Buffer, names: ReadonlySet<string>): JsonMember[] {
  const members: JsonMember[] = [];
  const scan = new JsonScan(text, ({ nameStart, nameEnd, valueStart, valueEnd }) => {
    const name = nameAt(text, nameStart, nameEnd);
    if (names.has(name)) members.push({ name, nameStart, valueStart, valueEnd });
  });
  scan.skipValue(skipSpace(text, 0));
  return members;
}

/** A value's first byte, and the byte past its last. */
export type JsonRange = Pick<JsonMember, 'valueStart' | 'valueEnd'>;

/** Tells where each element of a list stands, in a text that `scanMembers` has taken. */
export function eachElement(
  text: Buffer,
  { valueStart }: JsonRange,
  tell: (element: JsonRange) => void,
): void {
  const scan = new JsonScan(text, () => undefined);
  let at = skipSpace(text, valueStart + 1);
  while (text[at] !== CLOSE_BRACKET) {
    const valueEnd = scan.skipValue(at);
    tell({ valueStart: at, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] === COMMA) at = skipSpace(text, at + 1);
  }
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

function nameAt(text: Buffer, start: number, end: number): string {
  const quoted = text.toString('utf8', start, end);
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}
