import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventReader } from '../../../../../../gateway/server/live/page/model/event-reader.ts';

describe('reading events', () => {
  it('gives the same events however the stream is cut', () => {
    const stream = 'data: {"a":1}\n\ndata: {"b":"two"}\n\n: nothing\n\ndata: [3]\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const reader = new EventReader();
        const borders = [0, ...cuts.toSorted((one, other) => one - other), stream.length];
        const found = borders.flatMap((from, index) =>
          reader.read(stream.slice(from, borders[index + 1] ?? stream.length)),
        );
        expect(found).toEqual(['{"a":1}', '{"b":"two"}', '[3]']);
      }),
    );
  });

  it.each([
    [8 * 2 ** 20, false],
    [8 * 2 ** 20 + 1, true],
  ])('holds %i characters without an end, and gives up: %s', (characters, givesUp) => {
    const read = () => new EventReader().read('x'.repeat(characters));

    if (givesUp) expect(read).toThrow('an event has no end');
    else expect(read()).toEqual([]);
  });
});
