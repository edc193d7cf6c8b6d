import type { Baseline, ComparedFigure } from '../../baselines.ts';
import { latencyValuesOf } from '../../latency-values.ts';
import type { LatencyValues } from '../../latency-values.ts';
import type { ReplayRun } from '../../replay-run.ts';
import { distributionChart } from './distribution-chart.ts';
import type { Curve, CurvePoint } from './distribution-chart.ts';
import type { Plot } from './plot.ts';

/** One of the four latencies, and what a published run tells of it. */
interface Latency {
  readonly name: keyof LatencyValues;
  readonly file: string;
  readonly title: string;
  readonly explanation: string;
  readonly counted: string;
  readonly told: Readonly<Partial<Record<CurvePoint['name'], ComparedFigure>>>;
}

const latencies: readonly Latency[] = [
  {
    name: 'timeToFirstTokenMs',
    file: 'ttft',
    title: 'TTFT',
    explanation: 'time to first token, each request once',
    counted: 'requests',
    told: { median: 'timeToFirstTokenMsMedian', P99: 'timeToFirstTokenMsP99' },
  },
  {
    name: 'interTokenMs',
    file: 'itl',
    title: 'ITL',
    explanation: 'inter-token latency: gaps between chunks, all pooled',
    counted: 'gaps',
    told: { median: 'interTokenMsMedian', P99: 'interTokenMsP99' },
  },
  {
    name: 'timePerOutputTokenMs',
    file: 'tpot',
    title: 'TPOT',
    explanation: 'time per output token after the first, each request once',
    counted: 'requests',
    told: { median: 'timePerOutputTokenMsMedian', P99: 'timePerOutputTokenMsP99' },
  },
  {
    name: 'endToEndMs',
    file: 'e2e',
    title: 'E2E',
    explanation: 'end to end: request sent to last line, each request once',
    counted: 'requests',
    told: { median: 'endToEndMsMedian' },
  },
];

/** Runs that have a colour of their own; further ones share it. */
const RUN_STYLES = 7;

/** The four latencies of a run, each beside those of the runs that stand beside it. */
export function latencyCharts(run: ReplayRun, standing: readonly Baseline[]): readonly Plot[] {
  const values = latencyValuesOf(run.results);
  return latencies.map((latency) =>
    distributionChart({
      name: latency.file,
      title: latency.title,
      explanation: latency.explanation,
      counted: latency.counted,
      curves: [
        { name: 'ours', style: 'run-0', valuesMs: values[latency.name], points: [] },
        ...standing.map((other, index) => curveOf(other, index, latency)),
      ],
    }),
  );
}

function curveOf(other: Baseline, index: number, { name, told }: Latency): Curve {
  const points = (['median', 'P99'] as const).flatMap((point) => {
    const figure = told[point];
    const valueMs = figure === undefined ? undefined : other.figures[figure];
    return valueMs === undefined ? [] : [{ name: point, valueMs }];
  });
  return {
    name: other.title,
    style: `run-${1 + (index % RUN_STYLES)}`,
    valuesMs: other.values?.[name] ?? new Float64Array(),
    points,
  };
}
