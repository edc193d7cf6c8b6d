import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findMember,
  JSON_DEPTH_MAX,
  type JsonMember,
  JsonSyntaxError,
  scanMembers,
} from '../../../gateway/wire/json-members.ts';

function scan(text: string): JsonMember[] {
  return scanMembers(Buffer.from(text));
}

/** What the members' ranges hold, decoded by `JSON.parse`; of a repeated name the last. */
function readAll(text: string): Map<string, unknown> {
  const bytes = Buffer.from(text);
  return new Map(
    scanMembers(bytes).map(({ name, valueStart, valueEnd }) => [
      name,
      JSON.parse(bytes.toString('utf8', valueStart, valueEnd)) as unknown,
    ]),
  );
}

/** The members that `JSON.parse` finds, or `undefined` where the text is no JSON object. */
function parseAll(text: string): Map<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value));
  } catch {
    // No JSON at all is one of the answers.
    return undefined;
  }
}

function scanOrUndefined(text: string): Map<string, unknown> | undefined {
  try {
    return readAll(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
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

/** Objects as text, in the layouts that clients send. */
const objectText: fc.Arbitrary<string> = fc
  .tuple(
    fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
    fc.constantFrom(undefined, 1, '\t'),
  )
  .map(([value, indent]) => JSON.stringify(value, undefined, indent));

/** One character put in, taken out or replaced. */
const mutatedText: fc.Arbitrary<string> = fc
  .tuple(
    objectText,
    fc.nat(),
    fc.nat({ max: 1 }),
    fc.constantFrom(...'{}[]":,\\0123456789eE+-.truefalsnu \t\n\r\u0001\u007f/é'.split(''), ''),
  )
  .map(([text, place, removed, inserted]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + removed);
  });

describe('the members of an object', () => {
  it('are those that JSON.parse finds, for any object', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        expect(readAll(text)).toEqual(parseAll(text));
      }),
    );
  });

  it('are found exactly where JSON.parse finds an object, for any text near one', () => {
    fc.assert(
      fc.property(mutatedText, (text) => {
        expect(scanOrUndefined(text)).toEqual(parseAll(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('are found exactly where JSON.parse finds an object, for any text of its alphabet', () => {
    const alphabet = [
      ...'{}[]":,\\01-.eE tfn'.split(''),
      'true',
      'null',
      '"a"',
      '\\u00',
      'ff',
      '😀',
    ];
    const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 12 });

    fc.assert(
      fc.property(text, (pieces) => {
        for (const inside of [pieces.join(''), `{"a":${pieces.join('')}}`]) {
          expect(scanOrUndefined(inside)).toEqual(parseAll(inside));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are refused at any place at which the text breaks off', () => {
    const text = '{"a" : [1, -2.5e+3, {"b":"\\u00e9\\n"}], "c": true, "d": null }';

    for (let end = 0; end < text.length; end += 1) {
      expect(() => scan(text.slice(0, end))).toThrow(JsonSyntaxError);
    }
  });

  it('stand where their offsets say, in bytes', () => {
    const text = Buffer.from('{"é": "ü", "n":7}');
    const [first, second] = scanMembers(text);

    expect(first).toEqual({ name: 'é', nameStart: 1, valueStart: 7, valueEnd: 11 });
    expect(text.toString('utf8', second?.nameStart, second?.valueStart)).toBe('"n":');
    expect(text.toString('utf8', second?.valueStart, second?.valueEnd)).toBe('7');
  });

  it('are none in an empty object, spaces or not', () => {
    expect(scan('{}')).toEqual([]);
    expect(scan(' \t\r\n{ \n } \n')).toEqual([]);
  });

  it('are those of the top alone', () => {
    expect(scan('{"a":{"b":{"c":1}},"d":[{"e":2}]}').map(({ name }) => name)).toEqual(['a', 'd']);
  });
});

describe('a name', () => {
  it('is decoded, escapes included', () => {
    expect(scan('{"m\\u006fdel":1,"\\"\\\\":2}').map(({ name }) => name)).toEqual(['model', '"\\']);
  });

  it('may be one that objects have anyway', () => {
    expect(scan('{"__proto__":1,"constructor":2}').map(({ name }) => name)).toEqual([
      '__proto__',
      'constructor',
    ]);
  });

  it('that repeats is listed each time, and the last one counts', () => {
    const members = scan('{"a":1,"b":2,"a":3}');

    expect(members.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
    expect(findMember(members, 'a')).toBe(members[2]);
  });

  it('that is absent is not found', () => {
    expect(findMember(scan('{"a":1}'), 'b')).toBeUndefined();
  });

  it('that is long is read like a short one', () => {
    const name = 'n'.repeat(1000);

    expect(scan(`{"${name}":1}`)[0]?.name).toBe(name);
  });

  it('that is long and broken is refused where it stands', () => {
    expect(errorOf(`{"a":1,"${'n'.repeat(1000)}\\q":1}`).offset).toBe(1008);
    expect(errorOf(`{"a":1,"${'n'.repeat(1000)}\n":1}`).offset).toBe(1008);
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
          expect(readAll(text)).toEqual(parseAll(text));
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
        const expected = parseAll(text);
        if (expected !== undefined) expect(readAll(text)).toEqual(expected);
      }),
    );
  });

  it('that is long is passed on with a broken escape far inside, for the engine to judge', () => {
    const text = `{"x":"${'a'.repeat(300)}\\q","y":1}`;

    expect(parseAll(text)).toBeUndefined();
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

describe('nesting', () => {
  /** Lists in an object: `depth` levels altogether. */
  const lists = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  const objects = (depth: number): string =>
    `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

  it('is read as deep as the bound', () => {
    expect(scan(lists(JSON_DEPTH_MAX))).toHaveLength(1);
    expect(scan(objects(JSON_DEPTH_MAX))).toHaveLength(1);
  });

  it('is refused one level deeper, where that level opens', () => {
    expect(errorOf(lists(JSON_DEPTH_MAX + 1))).toMatchObject({
      message: 'nested too deeply',
      offset: 4 + JSON_DEPTH_MAX,
    });
    expect(errorOf(objects(JSON_DEPTH_MAX + 1)).offset).toBe(5 * JSON_DEPTH_MAX);
  });

  it('of a megabyte of brackets is refused at the bound, not read', () => {
    expect(errorOf(`{"a":${'['.repeat(1_000_000)}`).offset).toBe(4 + JSON_DEPTH_MAX);
  });
});

describe('an error', () => {
  it.each([
    ['', 0, 'expected an object'],
    ['  ', 2, 'expected an object'],
    ['[]', 0, 'expected an object'],
    ['"a"', 0, 'expected an object'],
    ['\uFEFF{}', 0, 'expected an object'],
    ['{', 1, 'expected a string'],
    ['{a:1}', 1, 'expected a string'],
    ['{"a" 1}', 5, "expected ':'"],
    ['{"a":}', 5, 'expected a value'],
    ['{"a":', 5, 'unexpected end of the text'],
    ['{"a":tru}', 5, 'expected a value'],
    ['{"a":1', 6, "expected ',' or '}'"],
    ['{"a":1 "b":2}', 7, "expected ',' or '}'"],
    ['{"a":1,}', 7, 'expected a string'],
    ['{"a":[1 2]}', 8, "expected ',' or ']'"],
    ['{"a":[1,]}', 8, 'expected a value'],
    ['{"a":[1}', 7, "expected ',' or ']'"],
    ['{} {}', 3, 'unexpected text after the object'],
    ['{"é":x}', 6, 'expected a value'],
  ])('in %j stands at byte %i: %s', (text, offset, message) => {
    expect(errorOf(text)).toMatchObject({ name: 'JsonSyntaxError', offset, message });
  });
});
