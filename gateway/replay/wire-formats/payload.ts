import type { ToldUsage } from './wire-format.ts';

/**
 * Text of the first `member` that holds a string, or '' where none does. `member` comes with quotes
 * and colon. Inside JSON strings quotes are escaped, so no generated text can imitate a member, and
 * nothing but the text itself is decoded: a client must be cheaper than what it measures.
 */
export function readText(payload: string, member: string): string {
  for (let at = payload.indexOf(member); at !== -1; at = payload.indexOf(member, at + 1)) {
    const open = payload[at + member.length] === ' ' ? at + member.length + 1 : at + member.length;
    if (payload[open] === '"') return decodeString(payload, open);
  }
  return '';
}

/** Number after the last `member`, or `undefined` where there is none. */
export function readCount(payload: string, member: string): number | undefined {
  const at = payload.lastIndexOf(member);
  if (at === -1) return undefined;
  const start = at + member.length;
  const count = Number.parseInt(payload.slice(start, start + COUNT_DIGITS_MAX), 10);
  return Number.isNaN(count) ? undefined : count;
}

/** OpenAI's usage object, which is left out or `null` in most events. */
export function readUsage(payload: string): ToldUsage | undefined {
  const outputTokens = readCount(payload, '"completion_tokens":');
  if (outputTokens === undefined) return undefined;
  return { promptTokens: readCount(payload, '"prompt_tokens":') ?? 0, outputTokens };
}

/** A blank and the digits of the largest count that makes sense. */
const COUNT_DIGITS_MAX = 16;

function decodeString(payload: string, open: number): string {
  const close = closingQuote(payload, open + 1);
  const raw = payload.slice(open + 1, close);
  const text = NOT_ASCII.test(raw) ? Buffer.from(raw, 'latin1').toString() : raw;
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

const NOT_ASCII = /[\u0080-\u00ff]/u;

function closingQuote(payload: string, from: number): number {
  let quote = payload.indexOf('"', from);
  while (quote !== -1 && isEscaped(payload, quote)) quote = payload.indexOf('"', quote + 1);
  if (quote === -1) throw new SyntaxError('a string without end');
  return quote;
}

function isEscaped(payload: string, at: number): boolean {
  let backslashes = 0;
  while (payload[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
