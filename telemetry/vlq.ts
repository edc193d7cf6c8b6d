/** Largest number, above and below zero: it and the growth between two of them fit into 32 bits with a sign. */
export const VLQ_MAX: number = 2 ** 29 - 1;

/** Digits that the growth from one number to another takes at most. */
export const VLQ_BYTES_MAX = 7;

/** Writes a whole number of at most twice `VLQ_MAX` in Base64 VLQ, as source maps have it; gives where it ends. */
export function writeVlq(value: number, into: Uint8Array, from: number): number {
  let at = from;
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  do {
    const bits = rest & (MORE - 1);
    rest >>>= DIGIT_BITS;
    into[at] = DIGIT_CODES[rest > 0 ? bits | MORE : bits] ?? 0;
    at += 1;
  } while (rest > 0);
  return at;
}

/** Reads numbers that stand one behind the other in letters of Base64; `undefined` where the last is cut or one is too long. */
export function readVlq(text: string): readonly number[] | undefined {
  const numbers: number[] = [];
  let value = 0;
  let digits = 0;
  for (const digit of text) {
    const bits = DIGIT_VALUES.get(digit) ?? 0;
    value += (bits & (MORE - 1)) * 2 ** (DIGIT_BITS * digits);
    digits += 1;
    if (digits > VLQ_BYTES_MAX) return undefined;
    if ((bits & MORE) !== 0) continue;
    const size = Math.floor(value / 2);
    numbers.push(value % 2 === 1 ? -size : size);
    value = 0;
    digits = 0;
  }
  return digits === 0 ? numbers : undefined;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGIT_CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
const DIGIT_VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));

/** A digit holds five bits, and the sixth says that more follow. */
const DIGIT_BITS = 5;
const MORE = 32;
