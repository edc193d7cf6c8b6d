import { isHeaderName, isHeaderText } from './header-text.ts';

/** What came over a connection is no HTTP/1.1 answer: its framing is lost, and the connection with it. */
export class HttpAnswerError extends Error {
  override readonly name = 'HttpAnswerError';
}

/** Headers by lower-case name, with a list where a header came more than once. */
export type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How the end of a body is known (RFC 9112 §6.3). */
export type BodyFraming =
  | { readonly kind: 'sized'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** Status line and headers of an answer, and what they say of its body and its connection. */
export interface HttpAnswerHead {
  readonly status: number;
  readonly headers: ReceivedHeaders;
  readonly framing: BodyFraming;
  /** How long the connection may be idle before another request; 0 where it may have none. */
  readonly keepAliveMs: number;
}

/** Reads a head, without the blank line that ends it. Throws an `HttpAnswerError`. */
export function readAnswerHead(text: string): HttpAnswerHead {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const match = STATUS_LINE.exec(statusLine);
  if (match === null) throw new HttpAnswerError('no status line of HTTP/1');
  const headers = readHeaders(lines);
  const status = Number(match[2]);
  const framing = framingOf(status, headers);
  const isLasting = match[1] === '1' && framing.kind !== 'until-close';
  return { status, headers, framing, keepAliveMs: isLasting ? keepAliveMsOf(headers) : 0 };
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;

function readHeaders(lines: readonly string[]): ReceivedHeaders {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<
    string,
    string | string[]
  >;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!isHeaderName(name) || !isHeaderText(line)) {
      throw new HttpAnswerError('a line that is no header');
    }
    const key = name.toLowerCase();
    const value = withoutBlanks(line, colon + 1);
    const before = headers[key];
    if (before === undefined) headers[key] = value;
    else if (typeof before === 'string') headers[key] = [before, value];
    else before.push(value);
  }
  return headers;
}

/** What stands in a line from `start` on, without spaces and tabs around it. Not by a pattern: those try again at each blank. */
function withoutBlanks(line: string, start: number): string {
  let from = start;
  let to = line.length;
  while (from < to && isBlank(line, from)) from += 1;
  while (to > from && isBlank(line, to - 1)) to -= 1;
  return line.slice(from, to);
}

function isBlank(line: string, at: number): boolean {
  return line[at] === ' ' || line[at] === '\t';
}

function framingOf(status: number, headers: ReceivedHeaders): BodyFraming {
  if (status < 200 || status === 204 || status === 304) return { kind: 'sized', bytes: 0 };
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    // Both at once is how answers are smuggled (RFC 9112 §6.1).
    if (length !== undefined) throw new HttpAnswerError('both a length and a transfer coding');
    if (typeof coding === 'string' && coding.toLowerCase() === 'chunked')
      return { kind: 'chunked' };
    throw new HttpAnswerError('a transfer coding other than chunked');
  }
  return length === undefined ? { kind: 'until-close' } : { kind: 'sized', bytes: sizeOf(length) };
}

function sizeOf(length: string | readonly string[]): number {
  const bytes = typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : Number.NaN;
  if (!Number.isSafeInteger(bytes)) throw new HttpAnswerError('a length that is no number');
  return bytes;
}

/** A server that closes after this many seconds is not asked in the last of them. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

function keepAliveMsOf(headers: ReceivedHeaders): number {
  const { connection = '' } = headers;
  if (/\bclose\b/i.test(String(connection))) return 0;
  const told = /\btimeout=(\d{1,6})\b/i.exec(String(headers['keep-alive'] ?? ''));
  if (told === null) return Infinity;
  return Math.max(Number(told[1]) * 1_000 - KEEP_ALIVE_MARGIN_MS, 0);
}
