import { describe, expect, it } from 'vitest';
import { lineChart } from '../../../../../gateway/replay/report/html/line-chart.ts';
import type { Line, LineChart } from '../../../../../gateway/replay/report/html/line-chart.ts';
import { figure } from '../../../../../gateway/replay/report/html/plot.ts';

const aLine = (values: readonly number[], fields: Partial<Line> = {}): Line => ({
  name: 'replica-0',
  timesMs: Float64Array.from(values, (_, index) => index * 1000),
  values: Float64Array.from(values),
  style: 'series-0',
  isArea: false,
  ...fields,
});

const chartOf = (lines: readonly Line[], fields: Partial<LineChart> = {}): string =>
  figure(
    lineChart({
      name: 'requests',
      title: 'Requests',
      explanation: 'running',
      valueTitle: 'requests',
      lines,
      durationMs: 4000,
      unit: 'count',
      ...fields,
    }),
  );

describe('a line chart', () => {
  it('draws each line through its points, time to the right and more upwards', () => {
    const chart = chartOf([aLine([0, 100, 50, 100, 0])]);

    expect(chart).toContain('d="M58 174L284.5 22L511 98L737.5 22L964 174"');
  });

  it('is drawn once for wide pages and once for narrow ones, words as large', () => {
    const chart = chartOf([aLine([0, 100])]);

    expect(chart).toContain('<svg class="at-wide" viewBox="0 0 980 216"');
    expect(chart).toContain('<svg class="at-narrow" viewBox="0 0 480 250"');
    expect(chart.match(/class="line series-0"/gu)).toHaveLength(2);
  });

  it('says what its axes are, and labels start and end of each', () => {
    const chart = chartOf([aLine([0, 900])], { durationMs: 3900 });

    expect(chart).toContain('>requests</text>');
    expect(chart).toContain('>time since the start, as at speed 1</text>');
    expect(chart).toMatch(/>0<\/text>.*>4 s<\/text>/su);
    expect(chart).toMatch(/>0<\/text>.*>1,000<\/text>/su);
  });

  it('closes an area along its base', () => {
    const chart = chartOf([aLine([100, 100], { isArea: true, style: 'quiet' })]);

    expect(chart).toContain('class="area quiet" d="M58 22L284.5 22L284.5 174L58 174Z"');
  });

  it('names its lines where there are several', () => {
    const chart = chartOf([aLine([1]), aLine([2], { name: 'replica-<1>', style: 'series-1' })]);

    expect(chart).toContain('<span class="key series-1"><i></i>replica-&lt;1&gt;</span>');
    expect(chartOf([aLine([1])])).not.toContain('class="key');
  });

  it('reads shares as percentages of a full axis', () => {
    const chart = chartOf([aLine([0.2, 0.4])], { unit: 'share', most: 1 });

    expect(chart).toContain('>100 %</text>');
    expect(chart).toContain('>50 %</text>');
  });

  it.each([[[]], [[aLine([])]]])('draws nothing wrong of nothing', (lines: readonly Line[]) => {
    expect(chartOf(lines)).not.toMatch(/NaN|Infinity|undefined|class="line/u);
  });
});
