import { describe, expect, it } from 'vitest';
import { line, origin, port, sha256, whole } from '../../../gateway/config/setting-kinds.ts';

describe('a whole number', () => {
  it.each([0, 3])('may be as small or large as its bounds: %d', (value) => {
    expect(whole({ min: 0, max: 3 }).safeParse(value).success).toBe(true);
  });

  it.each([-1, 4, 1.5, '2'])('is nothing beside them: %s', (value) => {
    expect(whole({ min: 0, max: 3 }).safeParse(value).success).toBe(false);
  });

  it('is a port from 0 to 65535', () => {
    expect([65_535, 65_536].map((value) => port.safeParse(value).success)).toEqual([true, false]);
  });
});

describe('text of one line', () => {
  it('is as long as it may be, and neither longer nor empty', () => {
    const accepted = ['', 'a', 'abc', 'abcd'].map((text) => line(3).safeParse(text).success);

    expect(accepted).toEqual([false, true, true, false]);
  });

  it.each(['a\nb', 'a\rb', 'a\0b'])('holds nothing that ends a line: %j', (text) => {
    expect(line(9).safeParse(text).success).toBe(false);
  });
});

describe('a hash', () => {
  it('is 64 lower-case hex digits', () => {
    const hashes = ['a'.repeat(64), 'a'.repeat(63), 'A'.repeat(64), 'g'.repeat(64)];

    expect(hashes.map((text) => sha256.safeParse(text).success)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('the base of an engine', () => {
  it('is an origin, and stands without its slash', () => {
    expect(origin.parse('http://127.0.0.1:30000/')).toBe('http://127.0.0.1:30000');
  });

  it.each(['http://a/v1', 'ftp://a', 'http://me:secret@a', 'http://a?b', 'a'])(
    'is nothing else: %s',
    (text) => {
      expect(origin.safeParse(text).success).toBe(false);
    },
  );
});
