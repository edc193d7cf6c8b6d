import type { Row } from './panel.ts';
import { labels, metrics } from '../semconv.ts';
import { stat, lines, percentiles } from './panel.ts';
import { buckets, quantile, rate, selector } from './queries.ts';

const failedServerSide = `${labels.status}=~"5.."`;

const failures = `sum(rate(${metrics.requests.name}${selector(metrics.requests, failedServerSide)}[$__rate_interval]))`;

// Where nothing has failed so far there is no series of failures, and the share is 0.
const errorShare = `(${failures} or vector(0)) / ${rate(metrics.requests)}`;

const good = `sum(rate(${metrics.streams.name}${selector(metrics.streams, `${labels.service}="good"`)}[$__rate_interval]))`;

const served = `sum(rate(${metrics.streams.name}${selector(metrics.streams, `${labels.service}!="left"`)}[$__rate_interval]))`;

const goodShare = `(${good} or vector(0)) / ${served}`;

/** What clients feel. */
export const sloRow: Row = {
  title: 'SLO: what clients feel',
  panels: [
    stat('Requests', 'reqps', rate(metrics.requests), 'Requests that ended, by the second.'),
    stat(
      'Failed',
      'percentunit',
      errorShare,
      'Share of requests that ended with a status of 500 or above.',
    ),
    stat(
      'TTFT p95',
      's',
      quantile(0.95, metrics.timeToFirstToken),
      'Request received to first output.',
    ),
    stat(
      'ITL p99',
      's',
      quantile(0.99, metrics.interTokenLatency),
      'Gap between two tokens of one stream.',
    ),
    stat('E2E p95', 's', quantile(0.95, metrics.requestDuration), 'Request received to last byte.'),
    stat('Output', 'short', rate(metrics.outputTokens), 'Tokens answered, by the second.'),
    percentiles(
      'Time to first token',
      metrics.timeToFirstToken,
      'A rise with a steady queue wait is slow prefill; with a rising one, too few replicas. Points lead to traces.',
    ),
    {
      title: 'Gaps between tokens',
      description:
        'A second band above the first one is stalls: prefills in between, or preemption.',
      kind: 'heatmap',
      unit: 's',
      queries: [{ expr: buckets(metrics.interTokenLatency), legend: '{{le}}' }],
    },
    percentiles(
      'Time per output token',
      metrics.timePerOutputToken,
      'Mean pace of whole answers: it rises with the batch that runs on a replica.',
    ),
    percentiles(
      'Request duration',
      metrics.requestDuration,
      'Failures are in here; a fall may be fast refusals.',
    ),
    lines(
      'Streams by service',
      'reqps',
      [{ expr: rate(metrics.streams, labels.service), legend: `{{${labels.service}}}` }],
      'Goodput is what is good: first token and mean gap within routing.goodFirstTokenMs and goodTokenGapMs.',
    ),
    lines(
      'Share of good service',
      'percentunit',
      [{ expr: goodShare, legend: 'good' }],
      'Of all streams but those whose clients left.',
    ),
    lines(
      'Requests by status',
      'reqps',
      [
        {
          expr: rate(metrics.requests, labels.status, labels.error),
          legend: `{{${labels.status}}} {{${labels.error}}}`,
        },
      ],
      'What clients got.',
    ),
    lines(
      'Tokens',
      'short',
      [
        { expr: rate(metrics.inputTokens), legend: 'in' },
        { expr: rate(metrics.cachedTokens), legend: 'in, cached' },
        { expr: rate(metrics.outputTokens), legend: 'out' },
      ],
      'Tokens by the second. Cached ones only where the engine tells.',
    ),
    lines(
      'Output tokens by tenant',
      'short',
      [{ expr: rate(metrics.outputTokens, labels.tenant), legend: `{{${labels.tenant}}}` }],
      'Who uses it.',
    ),
  ],
};
