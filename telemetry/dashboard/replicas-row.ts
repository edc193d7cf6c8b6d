import type { Row } from './panel.ts';
import { labels, metrics } from '../semconv.ts';
import { lines } from './panel.ts';
import { gauge, quantile } from './queries.ts';

const kvUsageOfOurs = `${gauge(metrics.replicaInFlightKvTokens)} / ${gauge(metrics.replicaKvCapacityTokens)}`;

/** How replicas are, as told by them and as known here. */
export const replicasRow: Row = {
  title: 'Replicas: how they are',
  panels: [
    lines(
      'State',
      'short',
      [
        {
          expr: `sum by (${labels.state}) (${gauge(metrics.replicaState)})`,
          legend: `{{${labels.state}}}`,
        },
      ],
      'Replicas in each state.',
    ),
    lines(
      'In flight',
      'short',
      [{ expr: gauge(metrics.replicaInFlightRequests), legend: `{{${labels.replica}}}` }],
      'Requests that this gateway has open: exact, at every moment.',
    ),
    lines(
      'Running and queued, as told',
      'short',
      [
        { expr: gauge(metrics.replicaRunningRequests), legend: `{{${labels.replica}}} running` },
        { expr: gauge(metrics.replicaWaitingRequests), legend: `{{${labels.replica}}} queued` },
      ],
      'What the engine last said of itself. More than is in flight is traffic past this gateway.',
    ),
    lines(
      'KV cache',
      'percentunit',
      [
        { expr: gauge(metrics.replicaKvCacheUsage), legend: `{{${labels.replica}}} as told` },
        { expr: kvUsageOfOurs, legend: `{{${labels.replica}}} of ours` },
      ],
      'Near 1, the engine preempts: gaps grow and work is done twice.',
    ),
    lines(
      'Prefill in flight',
      'short',
      [{ expr: gauge(metrics.replicaInFlightPrefillTokens), legend: `{{${labels.replica}}}` }],
      'Prompt tokens sent and not yet answered by a first token.',
    ),
    lines(
      'TTFT p95 by replica',
      's',
      [
        {
          expr: quantile(0.95, metrics.timeToFirstToken, labels.replica),
          legend: `{{${labels.replica}}}`,
        },
      ],
      'One line apart from the others is a slow replica, or one that got the long prompts.',
    ),
    lines(
      'Age of the load',
      's',
      [{ expr: gauge(metrics.replicaLoadAge), legend: `{{${labels.replica}}}` }],
      'Steps up where polls fail: the engine is busy, hung or gone.',
    ),
  ],
};
