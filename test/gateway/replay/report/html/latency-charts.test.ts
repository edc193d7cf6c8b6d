import { describe, expect, it } from 'vitest';
import { baselines } from '../../../../../gateway/replay/baselines.ts';
import { latencyCharts } from '../../../../../gateway/replay/report/html/latency-charts.ts';
import { aFailure, aResult, aRun } from '../../builders.ts';

const marksOf = (chart: string): number => chart.split('class="published"').length - 1;

describe('the latency charts', () => {
  it('show TTFT, ITL, TPOT and E2E', () => {
    const titles = latencyCharts(aRun(), undefined).map(
      (chart) => /<b>(\w+)<\/b>/u.exec(chart)?.[1],
    );

    expect(titles).toEqual(['TTFT', 'ITL', 'TPOT', 'E2E']);
  });

  it('mark what the published run tells: median and P99, for E2E the median alone', () => {
    const charts = latencyCharts(aRun(), baselines[0]);

    expect(charts.map(marksOf)).toEqual([2, 2, 2, 1]);
    expect(charts[0]).toContain('SGLang 0.2.14 P99: 233 s');
    expect(latencyCharts(aRun(), undefined).map(marksOf)).toEqual([0, 0, 0, 0]);
  });

  it('leave failures out', () => {
    const alone = latencyCharts(aRun({ results: [aResult()] }), undefined);
    const withFailure = latencyCharts(aRun({ results: [aResult(), aFailure()] }), undefined);

    expect(withFailure).toEqual(alone);
  });
});
