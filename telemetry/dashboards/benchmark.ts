import type { Dashboard } from './dashboard.ts';
import type { MetricDefinition } from '../semconv.ts';
import { labels, metrics } from '../semconv.ts';
import type { Column, HeatmapPanel, Query } from './panel.ts';
import { heatmap, lines, table } from './panel.ts';
import { earlier, gauge, JOB, overAll, quantile, rate, rateWhere, shareOf } from './queries.ts';

const { service } = labels;

/** The label of the two lines of the table; no metric has it. */
const RUN = 'run';
const THIS = 'this run';
const BEFORE = 'the run before';

const goodShare = shareOf(
  rateWhere(metrics.streams, `${service}="good"`),
  rateWhere(metrics.streams, `${service}!="left"`),
);

const cpuPerToken = `${rate(metrics.cpuSeconds)} / ${rate(metrics.outputTokens)}`;

const unevenness: string = ['max', 'avg']
  .map((over) => `${over}(${gauge(metrics.replicaInFlightRequests)})`)
  .join(' / ');

function named(run: string, expr: string): string {
  return `label_replace(${expr}, "${RUN}", "${run}", "", "")`;
}

/** A figure of the whole of each run. */
function ofBoth(name: string, unit: string, expr: string): Column {
  const whole = overAll(expr);
  return { name, unit, expr: `${named(THIS, whole)} or ${named(BEFORE, earlier(whole))}` };
}

/** The same line of each run, laid over each other. */
function overlaid(expr: string): readonly Query[] {
  return [
    { expr, legend: THIS },
    { expr: earlier(expr), legend: BEFORE },
  ];
}

function ofTheRunBefore(map: HeatmapPanel): HeatmapPanel {
  return { ...map, query: { ...map.query, expr: earlier(map.query.expr) } };
}

/** Quantile of each gateway: two of them before equal fleets are two policies under one load. */
function byGateway(share: number, metric: MetricDefinition): readonly Query[] {
  return [{ expr: quantile(share, metric, JOB, 'instance'), legend: `{{${JOB}}} {{instance}}` }];
}

const anyGateway = `max(${gauge(metrics.buildInfo)})`;

const bothRuns = `${named(THIS, anyGateway)} or ${named(BEFORE, anyGateway)}`;

/** Two runs side by side, as the gateway measured them. */
export const benchmark: Dashboard = {
  name: 'numagate-benchmark',
  title: 'numagate · Benchmark',
  description:
    'Which run was better? Choose the time of one run, and say in Before how long earlier the other one began.',
  variables: ['before'],
  rows: [
    {
      title: 'Which run was better?',
      panels: [
        table({
          title: 'Both runs, over the whole time that is shown',
          description:
            'Set the time range to one run, from its first request on, and Before to what lies between both starts. Quantiles are read off buckets: exact ones are in the report of gateway replay.',
          labels: { [RUN]: 'Run' },
          listing: bothRuns,
          sortBy: 'Output',
          height: 4,
          columns: [
            ofBoth('Output', 'suffix: tok/s', rate(metrics.outputTokens)),
            ofBoth('Served well', 'percentunit', goodShare),
            ofBoth('TTFT p50', 's', quantile(0.5, metrics.timeToFirstToken)),
            ofBoth('TTFT p95', 's', quantile(0.95, metrics.timeToFirstToken)),
            ofBoth('Gap p50', 's', quantile(0.5, metrics.interTokenLatency)),
            ofBoth('Gap p99', 's', quantile(0.99, metrics.interTokenLatency)),
            ofBoth('E2E p95', 's', quantile(0.95, metrics.requestDuration)),
            ofBoth('Wait p95', 's', quantile(0.95, metrics.queueWait)),
            ofBoth('CPU a token', 's', cpuPerToken),
          ],
        }),
        lines({
          title: 'First tokens: which run is sooner?',
          description: 'The p95 of both. The lower line is better.',
          unit: 's',
          queries: overlaid(quantile(0.95, metrics.timeToFirstToken)),
        }),
        lines({
          title: 'Gaps between tokens: which run is steadier?',
          description: 'The p99 of every token. The lower line is better.',
          unit: 's',
          queries: overlaid(quantile(0.99, metrics.interTokenLatency)),
        }),
        lines({
          title: 'Output: which run serves more?',
          description:
            'Tokens by the second. With a fixed rate of requests both are equal until one falls behind.',
          unit: 'suffix: tok/s',
          queries: overlaid(rate(metrics.outputTokens)),
        }),
        lines({
          title: 'Which run makes requests wait?',
          description: 'Requests in the waiting room.',
          unit: 'short',
          queries: overlaid(`sum(${gauge(metrics.waitingRequests)})`),
        }),
        lines({
          title: 'Which run serves more of them well?',
          description: 'Share of streams within routing.goodFirstTokenMs and goodTokenGapMs.',
          unit: 'percentunit',
          queries: overlaid(goodShare),
        }),
        lines({
          title: 'Which run spreads more evenly?',
          description: 'Requests in flight at the fullest replica over the mean; 1 is even.',
          unit: 'suffix:×',
          queries: overlaid(unevenness),
        }),
      ],
    },
    {
      title: 'How do their gaps differ?',
      panels: [
        heatmap(metrics.interTokenLatency, {
          title: 'Gaps of this run',
          description: 'Both maps have the axis of the larger gap: compare where the bands lie.',
          width: 12,
        }),
        ofTheRunBefore(
          heatmap(metrics.interTokenLatency, {
            title: 'Gaps of the run before',
            description: 'The same, Before earlier.',
            width: 12,
          }),
        ),
      ],
    },
    {
      title: 'Two gateways at one time',
      panels: [
        lines({
          title: 'Which gateway answers sooner?',
          description:
            'Time to first token, p95, by scraped job and instance: two policies before equal fleets under one load.',
          unit: 's',
          queries: byGateway(0.95, metrics.timeToFirstToken),
        }),
        lines({
          title: 'Which gateway is steadier?',
          description: 'Gap between tokens, p99.',
          unit: 's',
          queries: byGateway(0.99, metrics.interTokenLatency),
        }),
        lines({
          title: 'Which gateway serves more?',
          description: 'Output tokens by the second.',
          unit: 'suffix: tok/s',
          queries: [
            {
              expr: rate(metrics.outputTokens, JOB, 'instance'),
              legend: `{{${JOB}}} {{instance}}`,
            },
          ],
        }),
      ],
    },
  ],
};
