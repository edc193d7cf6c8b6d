import type { GatewayError } from '../generation/error.ts';

/** Longest cause in a log line. */
export const CAUSE_CHARACTERS_MAX = 200;

/** Errors below one another that are looked through. */
const DEPTH_MAX = 8;

/**
 * What went wrong below an engine's failure, in one line: code and message of the lowest error. `undefined` for any
 * other failure: what a parser says of a client's body repeats parts of it, and a bug is logged by itself.
 */
export function causeOf(error: GatewayError): string | undefined {
  if (error.source !== 'engine') return undefined;
  const lowest = lowestOf(error);
  return lowest === error ? undefined : lineOf(lowest);
}

function lowestOf(error: Error): Error {
  let lowest = error;
  for (let depth = 0; depth < DEPTH_MAX && lowest.cause instanceof Error; depth += 1) {
    lowest = lowest.cause;
  }
  return lowest;
}

function lineOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.name;
  const text = error.message.startsWith(code) ? error.message : `${code} ${error.message}`;
  return text.replaceAll(/\s+/gu, ' ').trim().slice(0, CAUSE_CHARACTERS_MAX);
}
