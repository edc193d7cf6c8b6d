import { describe, expect, it } from 'vitest';

import { bearerToken, hashKey, KeyCheck } from '../../../gateway/server/key-check.ts';

describe('a key check', () => {
  it('lets everybody in where no key is set up, and says that there is none', () => {
    const open = new KeyCheck(undefined);
    expect(open.isSet).toBe(false);
    expect(open.accepts(undefined)).toBe(true);
    expect(open.accepts('Bearer anything')).toBe(true);
  });

  it('lets in the bearer of the key alone', () => {
    const check = new KeyCheck(hashKey('admin').toString('hex'));
    expect(check.isSet).toBe(true);
    expect(check.accepts('Bearer admin')).toBe(true);
    expect(check.accepts('Bearer Admin')).toBe(false);
    expect(check.accepts('admin')).toBe(false);
    expect(check.accepts(undefined)).toBe(false);
  });
});

describe('a bearer token', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['BEARER  abc', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    [undefined, undefined],
  ])('of %j is %j', (authorization, token) => {
    expect(bearerToken(authorization)).toBe(token);
  });
});
