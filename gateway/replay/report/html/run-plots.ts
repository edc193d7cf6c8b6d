import type { Baseline } from '../../baselines.ts';
import type { ReplayRun } from '../../replay-run.ts';
import { latencyCharts } from './latency-charts.ts';
import type { Plot } from './plot.ts';
import { timelineCharts } from './timeline-charts.ts';

/** Everything that is drawn of a run. */
export interface RunPlots {
  readonly latencies: readonly Plot[];
  readonly timelines: readonly Plot[];
}

/** Draws a run, beside the runs that stand beside it. */
export function runPlots(run: ReplayRun, standing: readonly Baseline[]): RunPlots {
  return { latencies: latencyCharts(run, standing), timelines: timelineCharts(run) };
}
