import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { guessableKey, MAKE_A_KEY } from '../../../gateway/config/guessable-keys.ts';

const digest = (key: string): string => createHash('sha256').update(key).digest('hex');

describe('a key that anybody would try', () => {
  it('is known by its digest', () => {
    // Of nothing at all, as a variable without a value leaves it.
    const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(guessableKey(ofNothing)).toBe('');
    expect(guessableKey(digest('foo'))).toBe('foo');
    expect(guessableKey(digest('EMPTY'))).toBe('EMPTY');
  });

  it('is not any other one', () => {
    expect(guessableKey(digest('foo '))).toBeUndefined();
    expect(guessableKey('0'.repeat(64))).toBeUndefined();
  });

  it('has a remedy that does not end in the digest of a line end', () => {
    expect(MAKE_A_KEY).toContain('printf %s "$KEY" | sha256sum');
  });
});
