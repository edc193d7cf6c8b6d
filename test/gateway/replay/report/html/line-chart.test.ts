import { describe, expect, it } from 'vitest';
import { lineChart } from '../../../../../gateway/replay/report/html/line-chart.ts';
import type { Line, LineChart } from '../../../../../gateway/replay/report/html/line-chart.ts';

const aLine = (values: readonly number[], fields: Partial<Line> = {}): Line => ({
  name: 'replica-0',
  timesMs: Float64Array.from(values, (_, index) => index * 1000),
  values: Float64Array.from(values),
  style: 'series-0',
  isArea: false,
  ...fields,
});

const chartOf = (lines: readonly Line[], fields: Partial<LineChart> = {}): string =>
  lineChart({
    title: 'Requests',
    explanation: 'running',
    lines,
    durationMs: 4000,
    unit: 'count',
    ...fields,
  });

describe('a line chart', () => {
  it('draws each line through its points, time to the right and more upwards', () => {
    const chart = chartOf([aLine([0, 100, 50, 100, 0])]);

    expect(chart).toContain('d="M58 174L285.5 10L513 92L740.5 10L968 174"');
  });

  it('closes an area along its base', () => {
    const chart = chartOf([aLine([100, 100], { isArea: true, style: 'quiet' })]);

    expect(chart).toContain('class="area quiet" d="M58 10L285.5 10L285.5 174L58 174Z"');
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
