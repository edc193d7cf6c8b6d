import { describe, expect, it } from 'vitest';
import { escaped, pixel } from '../../../../../gateway/replay/report/html/markup.ts';

describe('escaped', () => {
  it('leaves no character with a meaning in markup', () => {
    expect(escaped(`<a href="x" class='y'>&</a>`)).toBe(
      '&lt;a href=&quot;x&quot; class=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
  });
});

describe('pixel', () => {
  it('keeps a tenth', () => {
    expect(pixel(12.345)).toBe('12.3');
    expect(pixel(12)).toBe('12');
  });
});
