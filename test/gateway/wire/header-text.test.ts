import { describe, expect, it } from 'vitest';

import { isHeaderName, isHeaderText } from '../../../gateway/wire/header-text.ts';

describe('a line of an HTTP head', () => {
  it.each(['', 'x-a: b\tc', 'x: ~!', 'caf\u{e9}', '\u{80}\u{ff}'])('may be %j', (text) => {
    expect(isHeaderText(text)).toBe(true);
  });

  it.each(['a\r\nb: c', 'a\n', 'a\r', '\0', '\u{8}', '\u{b}', '\u{1f}', '\u{7f}', '\u{100}'])(
    'may not be %j',
    (text) => {
      expect(isHeaderText(text)).toBe(false);
    },
  );
});

describe('the name of a header', () => {
  it.each(['x-a', 'X_1', "!#$%&'*+.^`|~"])('may be %j', (text) => {
    expect(isHeaderName(text)).toBe(true);
  });

  it.each(['', 'a b', 'a:', 'a\t', '\u{e9}', 'a\r\nb'])('may not be %j', (text) => {
    expect(isHeaderName(text)).toBe(false);
  });
});
