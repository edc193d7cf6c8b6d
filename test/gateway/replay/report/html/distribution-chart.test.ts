import { describe, expect, it } from 'vitest';
import { distributionChart } from '../../../../../gateway/replay/report/html/distribution-chart.ts';
import type { Curve } from '../../../../../gateway/replay/report/html/distribution-chart.ts';
import type { Plot } from '../../../../../gateway/replay/report/html/plot.ts';

const spread = Array.from({ length: 1000 }, (_, index) => index + 1);

function aCurve(values: readonly number[], fields: Partial<Curve> = {}): Curve {
  return {
    name: 'ours',
    style: 'run-0',
    valuesMs: Float64Array.from(values),
    points: [],
    ...fields,
  };
}

function plotOf(...curves: readonly Curve[]): Plot {
  return distributionChart({
    name: 'ttft',
    title: 'TTFT',
    explanation: 'time to first token',
    counted: 'requests',
    curves,
  });
}

const chartOf = (...curves: readonly Curve[]): string => plotOf(...curves).wide.body;

/** Where the dots of a run stand, from left to right as they are drawn. */
function dotsOf(chart: string, style: string): readonly (readonly [x: number, y: number])[] {
  const dots = chart.matchAll(
    new RegExp(`class="dot ${style}" cx="([\\d.]+)" cy="([\\d.]+)"`, 'gu'),
  );
  return [...dots].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('a distribution chart', () => {
  it('draws one line that never falls, from the shortest value to the longest', () => {
    const path = /class="line run-0" d="M([^"]+)"/u.exec(chartOf(aCurve(spread)))?.[1] ?? '';
    const points = path.split('L').map((point) => point.split(' ').map(Number));
    const rises = points.slice(1).every(([x = 0, y = 0], index) => {
      const [beforeX = 0, beforeY = 0] = points[index] ?? [];
      return x >= beforeX && y <= beforeY;
    });

    expect(rises).toBe(true);
    // The axis begins at 1 ms and ends at 1 s, which are the values' own ends.
    expect(points[0]).toEqual([52, 228]);
    expect(points.at(-1)).toEqual([466, 24]);
  });

  it('does not ask for values in order', () => {
    expect(chartOf(aCurve(spread.toReversed()))).toBe(chartOf(aCurve(spread)));
  });

  it('has a dot at our median and at our P99, each in words', () => {
    const chart = chartOf(aCurve(spread));

    expect(dotsOf(chart, 'run-0')).toHaveLength(2);
    expect(chart).toContain('>median 501 ms</text>');
    expect(chart).toContain('>P99 990 ms</text>');
  });

  it('has of a run whose values are not known the points that are, at the height of ours', () => {
    const points = [
      { name: 'median', valueMs: 800 },
      { name: 'P99', valueMs: 900 },
    ] as const;
    const chart = chartOf(aCurve(spread), aCurve([], { name: 'vLLM', style: 'run-1', points }));
    const heightsOf = (style: string): number[] => dotsOf(chart, style).map(([, y]) => y);

    expect(chart).toContain('<title>vLLM P99: 900 ms</title>');
    expect(chart).not.toContain('class="line run-1"');
    expect(heightsOf('run-1')).toEqual(heightsOf('run-0'));
  });

  it('draws a run whose values are known as ours is drawn, and ours over it', () => {
    const chart = chartOf(aCurve(spread), aCurve([5, 6, 7], { name: 'before', style: 'run-1' }));

    expect(chart.indexOf('class="line run-1"')).toBeGreaterThan(0);
    expect(chart.indexOf('class="line run-0"')).toBeGreaterThan(
      chart.indexOf('class="line run-1"'),
    );
  });

  it('names its runs, and says of which only points are known', () => {
    const { keys } = plotOf(aCurve(spread), aCurve([], { name: 'vLLM', style: 'run-1' }));

    expect(keys).toEqual([
      { name: 'ours', style: 'run-0', isPoints: false },
      { name: 'vLLM, median and P99', style: 'run-1', isPoints: true },
    ]);
  });

  it('says what its axes are', () => {
    const chart = chartOf(aCurve(spread));

    expect(chart).toContain('>share of requests that took at most so long</text>');
    expect(chart).toContain('>TTFT, logarithmic</text>');
    expect(chart).toMatch(/>0 %<.*>50 %<.*>90 %<.*>99 %<.*>99.9 %</su);
  });

  it('reaches as far as a point beyond our own values', () => {
    const points = [{ name: 'P99', valueMs: 5000 }] as const;

    expect(chartOf(aCurve(spread), aCurve([], { points }))).toContain('>5 s</text>');
  });

  it('keeps gaps of 0 at the start of its axis', () => {
    expect(chartOf(aCurve([0, 0, 30, 400]))).toContain('>1 ms</text>');
  });

  it('starts at the power of ten below all values', () => {
    const chart = chartOf(aCurve([20, 50, 4000]));

    expect(chart).toContain('>10 ms</text>');
    expect(chart).not.toContain('>1 ms</text>');
  });

  it.each([[[]], [[7]], [[0]], [[3, 3, 3]]])('draws nothing wrong of %j', (values) => {
    expect(chartOf(aCurve(values))).not.toMatch(/NaN|Infinity|undefined/u);
  });
});
