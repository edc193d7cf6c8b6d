import { describe, expect, it } from 'vitest';
import { countText, durationText } from '../../../../gateway/replay/report/quantity-text.ts';

describe('durationText', () => {
  it.each([
    [0, '0'],
    [0.5, '0.5 ms'],
    [77.34, '77.3 ms'],
    [128.4, '128 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [42_394, '42.4 s'],
    [317_300, '317 s'],
    [1_234_567, '1,235 s'],
  ])('reads %d ms as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});

describe('countText', () => {
  it('groups digits and rounds', () => {
    expect(countText(1_027_062)).toBe('1,027,062');
    expect(countText(3456.6)).toBe('3,457');
  });
});
