import { describe, expect, it } from 'vitest';
import { countWords, shuffledWords } from '../../../gateway/replay/words.ts';

describe('the word list', () => {
  it('holds 256 different words', () => {
    const words = shuffledWords(1);

    expect(words).toHaveLength(256);
    expect(new Set(words).size).toBe(256);
  });

  it('holds lowercase ASCII words only, so that one space is all that parts them', () => {
    for (const word of shuffledWords(1)) expect(word).toMatch(/^[a-z]+$/u);
  });

  it('comes to four bytes a word with its space, as English text does to a token', () => {
    expect(shuffledWords(1).join(' ').length + 1).toBe(4 * 256);
  });

  it('is ordered by the seed', () => {
    expect(shuffledWords(1)).toEqual(shuffledWords(1));
    expect(shuffledWords(1)).not.toEqual(shuffledWords(2));
    expect(shuffledWords(1).toSorted()).toEqual(shuffledWords(2).toSorted());
  });
});

describe('countWords', () => {
  it.each([
    ['', 0],
    ['   ', 0],
    ['one', 1],
    [' one  two\nthree\t', 3],
  ])('finds in %j %i words', (text, count) => {
    expect(countWords(text)).toBe(count);
  });
});
