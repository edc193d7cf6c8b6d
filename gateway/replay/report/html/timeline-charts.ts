import type { LoadSample, ReplayRun } from '../../replay-run.ts';
import { clientTimeline, tokenRate } from '../../timeline.ts';
import type { TokenRate } from '../../timeline.ts';
import { gapHeatmap } from './heatmap-chart.ts';
import { lineChart } from './line-chart.ts';
import type { Line } from './line-chart.ts';
import type { Plot } from './plot.ts';

/** Replicas that have a colour of their own; a ninth one would not be told apart. */
const REPLICA_STYLES = 8;

/** The run over time: requests queued and running, KV cache in use and tokens per second by replica, gaps between tokens. */
export function timelineCharts(run: ReplayRun): readonly Plot[] {
  const durationMs = run.measures.durationSeconds * 1000;
  const rate = tokenRate(run.results, durationMs);
  const plots: readonly (Plot | undefined)[] = [
    lineChart({
      name: 'requests',
      title: 'Requests',
      explanation: 'queued anywhere, and running by replica',
      valueTitle: 'requests',
      lines: requestLines(run, durationMs),
      durationMs,
      unit: 'count',
    }),
    kvChart(run, durationMs),
    lineChart({
      name: 'tokens',
      title: 'Output tokens per second',
      explanation: `chunks with text${slowStart(rate, durationMs)}`,
      valueTitle: 'tokens per second',
      lines: tokenLines(rate),
      durationMs,
      unit: 'count',
    }),
    gapHeatmap(run),
  ];
  return plots.filter((plot) => plot !== undefined);
}

function requestLines({ results }: ReplayRun, durationMs: number): readonly Line[] {
  const { timesMs, queued, running } = clientTimeline(results, durationMs);
  return [
    { ...queued, timesMs, style: 'quiet', isArea: true },
    ...running.map(({ name, values }, index) => ({
      name: name === '' ? 'running' : `running on ${name}`,
      values,
      timesMs,
      style: styleOf(index),
      isArea: false,
    })),
  ];
}

function kvChart({ samples }: ReplayRun, durationMs: number): Plot | undefined {
  if (samples.length === 0) return undefined;
  return lineChart({
    name: 'kv-cache',
    title: 'KV cache in use',
    explanation: 'by replica',
    valueTitle: 'share of its capacity',
    lines: kvLines(samples),
    durationMs,
    most: 1,
    unit: 'share',
  });
}

function kvLines(samples: readonly LoadSample[]): readonly Line[] {
  const names = [...new Set(samples.map(({ replica }) => replica))].toSorted();
  return names.map((name, index) => {
    const own = samples.filter(({ replica }) => replica === name);
    return {
      name,
      timesMs: Float64Array.from(own, ({ atMs }) => atMs),
      values: Float64Array.from(own, ({ kvCacheUsage }) => kvCacheUsage),
      style: styleOf(index),
      isArea: false,
    };
  });
}

/** All together as an area, where there is more than one that makes it up. */
function tokenLines({ timesMs, total, byReplica }: TokenRate): readonly Line[] {
  const lines = byReplica.map(({ name, values }, index) => ({
    name: name === '' ? 'tokens per second' : name,
    values,
    timesMs,
    style: styleOf(index),
    isArea: false,
  }));
  if (lines.length < 2) return lines;
  return [{ name: 'all replicas', values: total, timesMs, style: 'quiet', isArea: true }, ...lines];
}

/** Says why little comes at first, where little does. */
function slowStart({ timesMs, total }: TokenRate, durationMs: number): string {
  const peak = total.reduce((most, value) => Math.max(most, value), 0);
  const full = total.findIndex((value) => value >= peak * FULL_PACE_SHARE);
  const untilMs = full <= 0 ? 0 : ((timesMs[full - 1] ?? 0) + (timesMs[full] ?? 0)) / 2;
  if (untilMs < durationMs * SLOW_START_SHARE) return '';
  const seconds = Math.round(untilMs / 1000);
  return `; before ${seconds} s little but first tokens, since prompts that fit are prefilled first`;
}

/** Of the peak: below it, hardly anybody decodes. */
const FULL_PACE_SHARE = 0.1;
/** Of the run: a shorter start needs no words. */
const SLOW_START_SHARE = 0.05;

function styleOf(index: number): string {
  return `series-${index % REPLICA_STYLES}`;
}
