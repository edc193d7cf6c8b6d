import { chunksPerSecond } from '../../measures.ts';
import type { LoadSample, ReplayRun } from '../../replay-run.ts';
import { clientTimeline } from '../../timeline.ts';
import { lineChart } from './line-chart.ts';
import type { Line } from './line-chart.ts';

/** Replicas that have a colour of their own; a ninth one would not be told apart. */
const REPLICA_STYLES = 8;

/** The run over time: requests queued and running, KV cache in use, tokens per second. */
export function timelineCharts(run: ReplayRun): readonly string[] {
  const durationMs = run.measures.durationSeconds * 1000;
  const kv = kvLines(run.samples);
  const tokens = tokenLine(run);
  return [
    lineChart({
      title: 'Requests',
      explanation: 'queued anywhere, and running by replica',
      valueTitle: 'requests',
      lines: requestLines(run, durationMs),
      durationMs,
      unit: 'count',
    }),
    ...(kv.length === 0
      ? []
      : [
          lineChart({
            title: 'KV cache in use',
            explanation: 'by replica',
            valueTitle: 'share of its capacity',
            lines: kv,
            durationMs,
            most: 1,
            unit: 'share',
          }),
        ]),
    lineChart({
      title: 'Output tokens per second',
      explanation: `chunks with text, over all replicas${slowStart(tokens, durationMs)}`,
      valueTitle: 'tokens per second',
      lines: [tokens],
      durationMs,
      unit: 'count',
    }),
  ];
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

function tokenLine({ results }: ReplayRun): Line {
  const perSecond = chunksPerSecond(results.filter(({ succeeded }) => succeeded));
  return {
    name: 'tokens per second',
    // A bucket stands for the second that it counts.
    timesMs: perSecond.map((_, second) => second * 1000 + 500),
    values: perSecond,
    style: 'series-0',
    isArea: false,
  };
}

/** Says why little comes at first, where little does. */
function slowStart({ values }: Line, durationMs: number): string {
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  const second = values.findIndex((value) => value >= peak * FULL_PACE_SHARE);
  if (second * 1000 < durationMs * SLOW_START_SHARE) return '';
  return `; before ${second} s little but first tokens, since prompts that fit are prefilled first`;
}

/** Of the peak: below it, hardly anybody decodes. */
const FULL_PACE_SHARE = 0.1;
/** Of the run: a shorter start needs no words. */
const SLOW_START_SHARE = 0.05;

function styleOf(index: number): string {
  return `series-${index % REPLICA_STYLES}`;
}
