import { describe, expect, it } from 'vitest';
import { figure, keyLine } from '../../../../../gateway/replay/report/html/plot.ts';
import type { Plot } from '../../../../../gateway/replay/report/html/plot.ts';

const plot: Plot = {
  name: 'ttft',
  title: 'TTFT <s>',
  explanation: 'time to first token & more',
  keys: [
    { name: 'ours', style: 'run-0', isPoints: false },
    { name: 'theirs', style: 'run-1', isPoints: true },
  ],
  wide: { width: 980, height: 216, body: '<path d="M0 0"/>' },
};

const narrow = { width: 480, height: 250, body: '<path d="M1 1"/>' };

describe('a figure', () => {
  it('shows its picture at any width where there is one', () => {
    const html = figure(plot);

    expect(html.match(/<svg /gu)).toHaveLength(1);
    expect(html).toContain('<svg viewBox="0 0 980 216" role="img"');
    expect(html).not.toContain('at-wide');
  });

  it('shows one of two pictures by the width of the page', () => {
    const html = figure({ ...plot, narrow });

    expect(html).toContain('<svg class="at-wide" viewBox="0 0 980 216"');
    expect(html).toContain('<svg class="at-narrow" viewBox="0 0 480 250"');
  });

  it('says in its caption what it is, and to who does not see it too', () => {
    const html = figure(plot);

    expect(html).toContain('<b>TTFT &lt;s&gt;</b> time to first token &amp; more');
    expect(html).toContain('aria-label="TTFT &lt;s&gt;"');
  });

  it('has its keys in the caption, unless they stand elsewhere or there is one alone', () => {
    expect(figure(plot)).toContain('class="legend"');
    expect(figure(plot, { hidesKeys: true })).not.toContain('class="legend"');
    expect(figure({ ...plot, keys: plot.keys.slice(0, 1) })).not.toContain('class="legend"');
  });
});

describe('a line of keys', () => {
  it('tells lines from points', () => {
    expect(keyLine(plot.keys)).toBe(
      '<span class="key run-0"><i></i>ours</span><span class="key point run-1"><i></i>theirs</span>',
    );
  });
});
