import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCount, readText, readUsage } from '../../../../gateway/replay/wire-formats/payload.ts';

/** JSON as it comes off the wire: UTF-8 bytes, one character each. */
const onWire = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('latin1');

describe('readText', () => {
  it('reads back any text, beside anything else', () => {
    const texts = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(texts, fc.json(), (text, id) => {
        // Lone surrogates do not survive UTF-8, on any wire.
        const expected = text.toWellFormed();
        expect(readText(onWire({ id, text: expected, index: 0 }), '"text":')).toBe(expected);
      }),
    );
  });

  it.each([
    ['{"text":" one"}', ' one'],
    ['{"text": " one"}', ' one'],
    ['{"text":""}', ''],
    ['{"text":null}', ''],
    ['{"index":0}', ''],
    ['{"text":"\\u0020caf\\u00e9"}', ' café'],
    ['{"text":"ends with \\\\"}', 'ends with \\'],
    ['{"id":"\\"text\\":\\"not this\\"","text":"this"}', 'this'],
    ['{"text":[1],"choices":[{"text":"second"}]}', 'second'],
  ])('finds in %s the text %j', (payload, text) => {
    expect(readText(payload, '"text":')).toBe(text);
  });
});

describe('readCount', () => {
  it.each([
    ['{"completion_tokens":12}', 12],
    ['{"completion_tokens": 12}', 12],
    ['{"completion_tokens":1,"usage":{"completion_tokens":3}}', 3],
    ['{"completion_tokens":null}', undefined],
    ['{}', undefined],
  ])('finds in %s the count %s', (payload, count) => {
    expect(readCount(payload, '"completion_tokens":')).toBe(count);
  });
});

describe('readUsage', () => {
  it('reads both counts, and none from an event without usage', () => {
    expect(readUsage('{"usage":{"prompt_tokens":5,"completion_tokens":3}}')).toEqual({
      promptTokens: 5,
      outputTokens: 3,
    });
    expect(readUsage('{"usage":null}')).toBeUndefined();
  });
});
