import { describe, expect, it } from 'vitest';
import { wordList } from '../../../deploy/simulator/word-table.ts';

describe('the word list', () => {
  it('has 256 words, so that eight bits name one', () => {
    expect(wordList).toHaveLength(256);
  });

  it('has no word twice', () => {
    expect(new Set(wordList).size).toBe(256);
  });

  it('has words of lower-case letters alone, which need no escape anywhere', () => {
    expect(wordList.filter((word) => !/^[a-z]{2,8}$/.test(word))).toEqual([]);
  });
});
