import { describe, expect, it } from 'vitest';
import { wrapped } from '../../../../gateway/replay/report/wrapped.ts';

describe('a wrapped paragraph', () => {
  it('stays as it is where it fits to the last character', () => {
    expect(wrapped('one two', 7)).toBe('one two');
  });

  it('is broken at a blank where it is a character too long, further lines set in', () => {
    expect(wrapped('one two', 6)).toBe('one\n  two');
    expect(wrapped('one two three four', 9)).toBe('one two\n  three\n  four');
  });

  it('leaves a long word whole', () => {
    expect(wrapped('a word-that-is-long b', 5)).toBe('a\n  word-that-is-long\n  b');
  });
});
