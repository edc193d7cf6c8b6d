import { createHash } from 'node:crypto';

/** Keys that stand in examples, the engines' own included, or that are no keys at all. */
const GUESSABLE = [
  '',
  'foo',
  'bar',
  'key',
  'KEY',
  'YOUR_KEY',
  'secret',
  'password',
  'test',
  'EMPTY',
];

const guessable: ReadonlyMap<string, string> = new Map(
  GUESSABLE.map((key) => [createHash('sha256').update(key).digest('hex'), key]),
);

/** The key whose SHA-256 `sha256` is, where it is one that anybody would try. */
export function guessableKey(sha256: string): string | undefined {
  return guessable.get(sha256);
}

/** How a key is made, and what of it belongs in the settings. */
export const MAKE_A_KEY: string =
  'make one with KEY=$(openssl rand -hex 32), give it to the client, and put here what ' +
  'printf %s "$KEY" | sha256sum prints';
