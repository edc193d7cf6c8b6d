import { describe, expect, it } from 'vitest';
import { grantedMs, grantedPriority } from '../../../gateway/server/wishes.ts';

describe('the priority that a request is granted', () => {
  it('is its tenant’s where it asks for none', () => {
    expect(grantedPriority({}, 3)).toBe(3);
  });

  it.each([
    ['-4', -4],
    ['+2', 2],
    [' 0 ', 0],
    ['3', 3],
    ['4', 3],
    ['9999', 3],
    ['-10', -10],
    ['-11', -10],
    ['-9999', -10],
  ])('is what it asks for, from the least there is up to its tenant’s: %s', (asked, granted) => {
    expect(grantedPriority({ 'x-gateway-priority': asked }, 3)).toBe(granted);
  });

  it.each(['', 'high', '1.5', '1e3', '--1', '12345'])('is none for %j', (asked) => {
    expect(() => grantedPriority({ 'x-gateway-priority': asked }, 3)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'x-gateway-priority' }),
    );
  });
});

describe('the time that a request is granted', () => {
  it.each([
    [undefined, 10_000],
    ['1', 1],
    ['10000', 10_000],
    ['10001', 10_000],
    ['0', 0],
  ])('is what it says, up to the longest: %s', (asked, granted) => {
    expect(grantedMs({ 'x-gateway-deadline-ms': asked }, 10_000)).toBe(granted);
  });

  it.each(['', 'soon', '-1', '1.5', '1234567890'])('is none for %j', (asked) => {
    expect(() => grantedMs({ 'x-gateway-deadline-ms': asked }, 10_000)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'x-gateway-deadline-ms' }),
    );
  });
});
