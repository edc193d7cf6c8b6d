import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonEnds } from '../../../gateway/wire/json-ends.ts';
import { anySplit } from '../../support/splits.ts';

function isWhole(...chunks: readonly (Buffer | string)[]): boolean {
  const ends = new JsonEnds();
  return chunks.every((chunk) => ends.read(Buffer.from(chunk))) && ends.isClosed;
}

describe('the ends of a JSON text', () => {
  it('fit each other in every object and list, with blanks around it, however it is cut', () => {
    const value = fc.oneof(fc.object(), fc.array(fc.jsonValue()));
    const text = value.map((one) => ` \t${JSON.stringify(one, undefined, 1)}\r\n`);
    const pieces = text.chain((one) => anySplit(Buffer.from(one)));

    fc.assert(fc.property(pieces, (chunks) => isWhole(...chunks)));
  });

  it('do not fit in an object that is cut within its members', () => {
    const text = '{"a":1,"b":"c"}';
    for (let end = 0; end < text.length; end += 1) expect(isWhole(text.slice(0, end))).toBe(false);
  });

  it.each(['', '  ', 'x{}', '"{}"', '7', '{]', '[}', '}'])('do not fit in %j', (text) => {
    expect(isWhole(text)).toBe(false);
  });

  it('tell at once that nothing fits', () => {
    const ends = new JsonEnds();
    expect(ends.read(Buffer.from('  '))).toBe(true);

    expect(ends.read(Buffer.from(' <'))).toBe(false);
  });
});
