import { describe, expect, it } from 'vitest';
import { distributionChart } from '../../../../../gateway/replay/report/html/distribution-chart.ts';
import type { Distribution } from '../../../../../gateway/replay/report/html/distribution-chart.ts';
import { summarize } from '../../../../../gateway/replay/statistics.ts';

function chartOf(values: readonly number[], fields: Partial<Distribution> = {}): string {
  return distributionChart({
    title: 'TTFT',
    explanation: 'time to first token',
    counted: 'requests',
    valuesMs: Float64Array.from(values),
    statistics: summarize(values),
    spacing: 'linear',
    published: [],
    ...fields,
  });
}

const heights = (chart: string): number[] =>
  [...chart.matchAll(/<rect [^>]*height="([\d.]+)"/gu)].map(([, height]) => Number(height));

const spread = Array.from({ length: 1000 }, (_, index) => index);

describe('a distribution chart', () => {
  it('has a bar for each bin that holds a value', () => {
    expect(heights(chartOf([100, 100, 100]))).toHaveLength(1);
    expect(heights(chartOf(spread))).toHaveLength(80);
  });

  it('has bars of equal height for values that are evenly spread', () => {
    const bars = heights(chartOf(Array.from({ length: 8000 }, (_, index) => index)));

    expect(Math.max(...bars) - Math.min(...bars)).toBeLessThan(0.05 * Math.max(...bars));
  });

  it('tells median and P99 in words', () => {
    const chart = chartOf(spread);

    expect(chart).toContain('median 500 ms');
    expect(chart).toContain('P99 989 ms');
  });

  it('marks published values with dashes, their value in words, and whose it is on hover', () => {
    const published = [{ owner: 'SGLang 0.2.14', name: 'median', valueMs: 800 }] as const;
    const chart = chartOf(spread, { published });

    expect(chart.match(/class="published"/gu)).toHaveLength(1);
    expect(chart).toContain('<title>SGLang 0.2.14 median: 800 ms</title>');
    expect(chart).toMatch(/class="published-labels"><text [^>]*>median 800 ms<\/text>/u);
  });

  it('says what its axes are', () => {
    expect(chartOf(spread)).toContain('>share of requests</text>');
    expect(chartOf(spread)).toContain('>TTFT</text>');
    expect(chartOf(spread, { spacing: 'log' })).toContain('>TTFT, logarithmic</text>');
  });

  it('reaches as far as a published value beyond its own', () => {
    const published = [{ owner: 'far', name: 'P99', valueMs: 5000 }] as const;

    expect(chartOf(spread, { published })).toContain('>5 s</text>');
  });

  it('keeps gaps of 0 on a logarithmic axis, at its start', () => {
    const chart = chartOf([0, 0, 30, 400], { spacing: 'log' });

    expect(heights(chart)).toHaveLength(3);
    expect(chart).toContain('>1 ms</text>');
  });

  it('starts a logarithmic axis at the power of ten below its values', () => {
    const chart = chartOf([20, 50, 4000], { spacing: 'log' });

    expect(chart).toContain('>10 ms</text>');
    expect(chart).not.toContain('>1 ms</text>');
  });

  it.each(['linear', 'log'] as const)('draws nothing wrong of no values, %s', (spacing) => {
    const chart = chartOf([], { spacing });

    expect(heights(chart)).toEqual([]);
    expect(chart).not.toMatch(/NaN|Infinity|undefined/u);
  });
});
