import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { editDistance, nearestName } from '../../../gateway/config/nearest-name.ts';

describe('the nearest name', () => {
  const names = ['listen', 'admin', 'replicas', 'routing', 'waitingMsMax', 'waitingRequestsMax'];

  it.each([
    ['listn', 'listen'],
    ['replica', 'replicas'],
    ['Replicas', 'replicas'],
    ['waiting_ms_max', 'waitingMsMax'],
    ['rotuing', 'routing'],
  ])('to %s is %s', (written, meant) => {
    expect(nearestName(written, names)).toBe(meant);
  });

  it('is none where nothing is near', () => {
    expect(nearestName('colour', names)).toBeUndefined();
    expect(nearestName('', names)).toBeUndefined();
    expect(nearestName('x', names)).toBeUndefined();
    expect(nearestName('listen', [])).toBeUndefined();
  });

  it('is as far as three letters away, or half of a short word, and no farther', () => {
    expect(nearestName('abcdefgh', ['abcde'])).toBe('abcde');
    expect(nearestName('abcdefgh', ['abcd'])).toBeUndefined();
    expect(nearestName('abcd', ['ab'])).toBe('ab');
    expect(nearestName('abcd', ['a'])).toBeUndefined();
  });
});

describe('the distance between two words', () => {
  const word = fc.string({ maxLength: 8 });

  it('is 0 between equals only, the same both ways, and never shorter by a detour', () => {
    fc.assert(
      fc.property(word, word, word, (one, two, three) => {
        expect(editDistance(one, one)).toBe(0);
        expect(editDistance(one, two) === 0).toBe(one === two);
        expect(editDistance(one, two)).toBe(editDistance(two, one));
        expect(editDistance(one, three)).toBeLessThanOrEqual(
          editDistance(one, two) + editDistance(two, three),
        );
      }),
    );
  });

  it('counts letters that come, go or change', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('abc', '')).toBe(3);
  });
});
