import type { Row } from './panel.ts';
import { labels, metrics } from '../semconv.ts';
import { lines } from './panel.ts';
import { gauge, quantile, rate } from './queries.ts';

const kvUsageOfOurs = `${gauge(metrics.replicaInFlightKvTokens)} / ${gauge(metrics.replicaKvCapacityTokens)}`;

const kvPromised = `${gauge(metrics.replicaPromisedKvTokens)} / ${gauge(metrics.replicaKvCapacityTokens)}`;

const byNumaNode = `sum by (${labels.numaNode}) (${gauge(metrics.replicaInFlightRequests)} * on (job, instance, ${labels.replica}) group_left (${labels.numaNode}) ${gauge(metrics.replicaInfo)})`;

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
      'Ejections a minute, and quiet replicas',
      'short',
      [
        {
          expr: `60 * ${rate(metrics.replicaEjections, labels.replica, labels.reason)}`,
          legend: `{{${labels.replica}}} {{${labels.reason}}}`,
        },
        { expr: gauge(metrics.replicaQuiet), legend: `{{${labels.replica}}} is quiet` },
      ],
      'Who is taken out, and why. A stall is found by the silence of all of its answers.',
    ),
    lines(
      'In flight',
      'short',
      [{ expr: gauge(metrics.replicaInFlightRequests), legend: `{{${labels.replica}}}` }],
      'Requests that this gateway has open: exact, at every moment.',
    ),
    lines(
      'In flight by NUMA node',
      'short',
      [{ expr: byNumaNode, legend: `node {{${labels.numaNode}}}` }],
      'Uneven lines mean that half of the host works for the other one.',
    ),
    lines(
      'Drift of the ledger',
      'short',
      [{ expr: gauge(metrics.replicaDriftRequests), legend: `{{${labels.replica}}} requests` }],
      'What the engine told of beyond what was sent: steadily above 0 is traffic past this gateway.',
    ),
    lines(
      'Drift of KV',
      'short',
      [{ expr: gauge(metrics.replicaDriftKvTokens), legend: `{{${labels.replica}}}` }],
      'KV tokens that the engine told of beyond ours: cached prefixes, and other traffic.',
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
        { expr: kvPromised, legend: `{{${labels.replica}}} promised` },
      ],
      'Near 1, the engine preempts: gaps grow and work is done twice. Promised is the most that ours will reach.',
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
