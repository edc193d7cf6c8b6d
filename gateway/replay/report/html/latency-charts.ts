import type { Baseline, ComparedFigure } from '../../baselines.ts';
import { pooledGaps, timesPerOutputToken } from '../../measures.ts';
import type { ReplayRun } from '../../replay-run.ts';
import { distributionChart } from './distribution-chart.ts';
import type { ChartMark } from './distribution-chart.ts';

/** The four latencies of a run as histograms, the median and P99 of `baseline` dashed over them. */
export function latencyCharts(run: ReplayRun, baseline: Baseline | undefined): readonly string[] {
  const successes = run.results.filter(({ succeeded }) => succeeded);
  const { measures } = run;
  return [
    distributionChart({
      title: 'TTFT',
      explanation: 'time to first token, each request once',
      counted: 'requests',
      valuesMs: Float64Array.from(successes, (result) => result.timeToFirstTokenMs),
      statistics: measures.timeToFirstTokenMs,
      spacing: 'linear',
      published: marks(baseline, 'timeToFirstTokenMsMedian', 'timeToFirstTokenMsP99'),
    }),
    distributionChart({
      title: 'ITL',
      explanation: 'inter-token latency: gaps between chunks, all pooled',
      counted: 'gaps',
      valuesMs: pooledGaps(successes),
      statistics: measures.interTokenMs,
      spacing: 'log',
      published: marks(baseline, 'interTokenMsMedian', 'interTokenMsP99'),
    }),
    distributionChart({
      title: 'TPOT',
      explanation: 'time per output token after the first, each request once',
      counted: 'requests',
      valuesMs: Float64Array.from(timesPerOutputToken(successes)),
      statistics: measures.timePerOutputTokenMs,
      spacing: 'log',
      published: marks(baseline, 'timePerOutputTokenMsMedian', 'timePerOutputTokenMsP99'),
    }),
    distributionChart({
      title: 'E2E',
      explanation: 'end to end: request sent to last line, each request once',
      counted: 'requests',
      valuesMs: Float64Array.from(successes, ({ endToEndMs }) => endToEndMs),
      statistics: measures.endToEndMs,
      spacing: 'linear',
      published: marks(baseline, 'endToEndMsMedian'),
    }),
  ];
}

function marks(
  baseline: Baseline | undefined,
  ...figures: readonly ComparedFigure[]
): readonly ChartMark[] {
  return figures.flatMap((figure) => {
    const valueMs = baseline?.figures[figure];
    const name = figure.endsWith('P99') ? 'P99' : 'median';
    return valueMs === undefined ? [] : [{ owner: baseline?.title ?? '', name, valueMs }];
  });
}
