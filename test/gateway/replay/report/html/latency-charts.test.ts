import { describe, expect, it } from 'vitest';
import { baselines } from '../../../../../gateway/replay/baselines.ts';
import { latencyValuesOf } from '../../../../../gateway/replay/latency-values.ts';
import { latencyCharts } from '../../../../../gateway/replay/report/html/latency-charts.ts';
import type { Plot } from '../../../../../gateway/replay/report/html/plot.ts';
import { aFailure, aResult, aRun } from '../../builders.ts';

const dotsOf = (style: string) => (plot: Plot) =>
  plot.wide.body.split(`class="dot ${style}"`).length - 1;

describe('the latency charts', () => {
  it('show TTFT, ITL, TPOT and E2E, each in a file of its own name', () => {
    const plots = latencyCharts(aRun(), []);

    expect(plots.map(({ title }) => title)).toEqual(['TTFT', 'ITL', 'TPOT', 'E2E']);
    expect(plots.map(({ name }) => name)).toEqual(['ttft', 'itl', 'tpot', 'e2e']);
  });

  it('mark what the published runs tell: median and P99, for E2E the median alone', () => {
    const plots = latencyCharts(aRun(), baselines);

    expect(plots.map(dotsOf('run-1'))).toEqual([2, 2, 2, 1]);
    expect(plots.map(dotsOf('run-2'))).toEqual([2, 2, 2, 1]);
    expect(plots[0]?.wide.body).toContain('SGLang 0.2.14 P99: 233 s');
    expect(latencyCharts(aRun(), []).map(dotsOf('run-1'))).toEqual([0, 0, 0, 0]);
  });

  it('draw another run whole where each of its requests is known', () => {
    const values = latencyValuesOf([aResult(), aResult({ timeToFirstTokenMs: 900 })]);
    const before = { name: 'a.jsonl', title: 'a', setup: '', figures: {}, values };

    const bodies = latencyCharts(aRun(), [before]).map(({ wide }) => wide.body);

    expect(bodies.every((body) => body.includes('class="line run-1"'))).toBe(true);
  });

  it('begin the colours of other runs again after the seventh', () => {
    const others = Array.from({ length: 8 }, (_, index) => ({
      name: '',
      title: `run ${index}`,
      setup: '',
      figures: { timeToFirstTokenMsMedian: 100 },
    }));
    const keys = latencyCharts(aRun(), others)[0]?.keys ?? [];

    expect(keys.map(({ style }) => style).slice(-2)).toEqual(['run-7', 'run-1']);
  });

  it('leave failures out', () => {
    const alone = latencyCharts(aRun({ results: [aResult()] }), []);
    const withFailure = latencyCharts(aRun({ results: [aResult(), aFailure()] }), []);

    expect(withFailure).toEqual(alone);
  });
});
