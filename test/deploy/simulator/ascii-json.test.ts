import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiJson } from '../../../deploy/simulator/ascii-json.ts';

describe('ASCII JSON', () => {
  it('is read back as what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(asciiJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is as many bytes as it is characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = asciiJson(text);

        expect(Buffer.byteLength(json)).toBe(json.length);
      }),
    );
  });

  it.each([
    ['é', '"\\u00e9"'],
    ['€', '"\\u20ac"'],
    ['😀', '"\\ud83d\\ude00"'],
    ['a"b', '"a\\"b"'],
    ['\u007f', '"\\u007f"'],
    ['plain', '"plain"'],
  ])('of %j is %s', (text, json) => {
    expect(asciiJson(text)).toBe(json);
  });
});
