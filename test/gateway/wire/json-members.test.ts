import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eachElement,
  findAnywhere,
  findMember,
  type JsonMember,
  JsonSyntaxError,
  scanMembers,
} from '../../../gateway/wire/json-members.ts';
import { JSON_NAME_BYTES_MAX } from '../../../gateway/wire/json-scan.ts';

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

  it.each([
    ['as it is', '{"a":1,"b":2,"a":3}', 13],
    ['in escapes', '{"a":1,"\\u0061":3}', 7],
  ])('that stands twice at the top, %s, is refused where it comes back', (_how, text, offset) => {
    expect(errorOf(text)).toMatchObject({ message: 'a name that stands there already', offset });
  });

  it('may stand twice further inside, which is for the engine to judge', () => {
    expect(scan('{"a":{"b":1,"b":2}}')).toHaveLength(1);
  });

  it('that is absent is not found', () => {
    expect(findMember(scan('{"a":1}'), 'b')).toBeUndefined();
  });

  it('is read up to the longest, quotes included, and not one byte beyond', () => {
    const longest = 'n'.repeat(JSON_NAME_BYTES_MAX - 2);

    expect(scan(`{"${longest}":1}`)[0]?.name).toBe(longest);
    expect(errorOf(`{"a":1,"${longest}n":1}`)).toMatchObject({
      message: `a name of more than ${JSON_NAME_BYTES_MAX} bytes`,
      offset: 7,
    });
    expect(errorOf(`{"a":{"${longest}n":1}}`).offset).toBe(6);
  });

  it('that is long and broken is refused where it stands', () => {
    expect(errorOf(`{"a":1,"${'n'.repeat(1000)}\\q":1}`).offset).toBe(1008);
    expect(errorOf(`{"a":1,"${'n'.repeat(1000)}\n":1}`).offset).toBe(1008);
  });
});

describe('a text', () => {
  it.each([
    ['in a string', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
    ['as the overlong slash', Buffer.from('{"a":"\xc0\xaf"}', 'latin1')],
    ['as half a surrogate pair', Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1')],
    ['cut in a letter', Buffer.from('{"a":"\xf0\x9f"}', 'latin1')],
  ])('that is not UTF-8 %s is refused', (_where, text) => {
    expect(() => scanMembers(text)).toThrow('the text is not UTF-8');
  });
});

describe('members of some names', () => {
  const names = new Set(['url']);
  const found = (text: string): string[] => {
    const bytes = Buffer.from(text);
    return findAnywhere(bytes, names).map(({ valueStart, valueEnd }) =>
      bytes.toString('utf8', valueStart, valueEnd),
    );
  };

  it('are found at any depth and in any spelling', () => {
    expect(found('{"url":1,"a":[{"b":{"url":"x"}},[{"\\u0075rl":[2]}]]}')).toEqual([
      '1',
      '"x"',
      '[2]',
    ]);
  });

  it('are none where others are longer, shorter or alike', () => {
    expect(found('{"urls":1,"ur":2,"URL":3,"a":"url"}')).toEqual([]);
  });
});

describe('the elements of a list', () => {
  it.each(['[]', '[ ]', '[1]', '[ "a,]" , [2, 3] ,{"b":[4]} ]'])(
    '%s are told one by one',
    (list) => {
      const text = Buffer.from(`{"a": ${list}}`);
      const [member] = scanMembers(text);
      const told: unknown[] = [];

      if (member !== undefined) {
        eachElement(text, member, ({ valueStart, valueEnd }) => {
          told.push(JSON.parse(text.toString('utf8', valueStart, valueEnd)));
        });
      }

      expect(told).toEqual(JSON.parse(list));
    },
  );
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
