import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type JsonMember,
  JsonSyntaxError,
  scanMembers,
} from '../../../gateway/wire/json-members.ts';
import { skipScalar, skipSpace, skipString } from '../../../gateway/wire/json-tokens.ts';

function scan(text: string): JsonMember[] {
  return scanMembers(Buffer.from(text));
}

function errorOf(text: string): JsonSyntaxError {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
  throw new Error(`no error in ${text}`);
}

/** The members of an object, decoded from where they stand. */
function readAll(text: string): unknown {
  const bytes = Buffer.from(text);
  return Object.fromEntries(
    scanMembers(bytes).map(({ name, valueStart, valueEnd }) => [
      name,
      JSON.parse(bytes.toString('utf8', valueStart, valueEnd)) as unknown,
    ]),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // One of the two answers.
    return false;
  }
}

describe('a token', () => {
  it('ends just behind its last byte', () => {
    expect(skipSpace(Buffer.from(' \t\r\n1'), 0)).toBe(4);
    expect(skipString(Buffer.from('"a\\"b" '), 0)).toBe(6);
    expect(skipScalar(Buffer.from('-1.5e3,'), 0)).toBe(6);
    expect(skipScalar(Buffer.from('nullx'), 0)).toBe(4);
  });
});

describe('a string', () => {
  const aroundTheShortest = [0, 1, 250, 251, 252, 253, 254, 255, 256, 257, 258, 259, 260, 600];

  it.each(['\\"', '\\\\', '\\\\\\"', '\\u00e9', '\\n', 'é', '🍏'])(
    'ends at its own quote with %s anywhere near the place where the search changes',
    (piece) => {
      for (const length of aroundTheShortest) {
        const inside = 'a'.repeat(length) + piece;
        for (const text of [`{"x":"${inside}","y":1}`, `{"x":"${inside}a","y":1}`]) {
          expect(readAll(text)).toEqual(JSON.parse(text));
        }
      }
    },
  );

  it('of any length ends where JSON.parse ends it', () => {
    const pieces = fc.array(fc.constantFrom('a', '\\\\', '\\"', 'é', '\\u0041', ' {', '",'), {
      maxLength: 400,
    });

    fc.assert(
      fc.property(pieces, (inside) => {
        const text = `{"x":"${inside.join('')}"}`;
        fc.pre(isJson(text));
        expect(readAll(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('that is long is passed on with a broken escape far inside, for the engine to judge', () => {
    const text = `{"x":"${'a'.repeat(300)}\\q","y":1}`;

    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(scan(text).map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it.each([
    ['an unknown escape', '{"a":"\\x"}', 6],
    ['a \\u escape with too few digits', '{"a":"\\u12"}', 6],
    ['a \\u escape of no hexadecimal digits', '{"a":"\\u12g4"}', 6],
    ['a control character', '{"a":"b\u0000"}', 7],
    ['a line feed', '{"a":"b\n"}', 7],
    ['a short text without an end', '{"a":"bcd', 5],
    ['a long text without an end', `{"a":"${'b'.repeat(300)}`, 5],
    ['a text whose last quote is escaped', `{"a":"${'b'.repeat(300)}\\"}`, 5],
  ])('is refused for %s', (_what, text, offset) => {
    expect(errorOf(text).offset).toBe(offset);
  });
});

describe('a number', () => {
  it.each(['0', '-0', '7', '10', '1234567890123456789012', '-1.5', '1e5', '1E+5', '0.1e-7'])(
    'may be %s',
    (number) => {
      expect(scan(`{"a":${number}}`)).toHaveLength(1);
    },
  );

  it.each(['01', '-01', '00', '+1', '.5', '1.', '1e', '1e+', '--1', '-', '1-2', '0x1', 'NaN'])(
    'may not be %s',
    (number) => {
      expect(errorOf(`{"a":${number}}`).offset).toBeGreaterThanOrEqual(5);
    },
  );
});
