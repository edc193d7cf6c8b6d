import { describe, expect, it } from 'vitest';
import { hashName } from '../../../gateway/replay/content-hash.ts';

describe('hashName', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('gives FNV-1a of %j', (name, hash) => {
    expect(hashName(name)).toBe(hash);
  });

  it('keeps the requests of a large run apart', () => {
    const hashes = Array.from({ length: 10_000 }, (_, index) => hashName(`request ${index}`));

    expect(new Set(hashes).size).toBe(10_000);
  });
});
