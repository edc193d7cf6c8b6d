import { describe, expect, it } from 'vitest';
import {
  countText,
  durationText,
  escaped,
  pixel,
} from '../../../../../gateway/replay/report/html/markup.ts';

describe('escaped', () => {
  it('leaves no character with a meaning in markup', () => {
    expect(escaped(`<a href="x" class='y'>&</a>`)).toBe(
      '&lt;a href=&quot;x&quot; class=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
  });
});

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

describe('pixel', () => {
  it('keeps a tenth', () => {
    expect(pixel(12.345)).toBe('12.3');
    expect(pixel(12)).toBe('12');
  });
});
