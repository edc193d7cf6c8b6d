import type { Row } from './panel.ts';
import { labels, metrics } from '../semconv.ts';
import { lines, percentiles } from './panel.ts';
import { gauge, quantile, rate, selector } from './queries.ts';

const imbalance: string = ['max', 'avg']
  .map((over) => `${over}(${gauge(metrics.replicaInFlightRequests)})`)
  .join(' / ');

/** Where requests go, and why some do not. */
export const routingRow: Row = {
  title: 'Routing: where requests go',
  panels: [
    lines(
      'Attempts by replica',
      'reqps',
      [{ expr: rate(metrics.attempts, labels.replica), legend: `{{${labels.replica}}}` }],
      'Equal replicas under equal requests get equal shares.',
    ),
    lines(
      'Imbalance',
      'short',
      [{ expr: imbalance, legend: 'most loaded / mean' }],
      'Requests in flight on the fullest replica over the mean: 1 is even.',
    ),
    lines(
      'Failed attempts',
      'reqps',
      [
        {
          expr: `sum by (${labels.replica}, ${labels.error}) (rate(${metrics.attempts.name}${selector(metrics.attempts, `${labels.error}!=""`)}[$__rate_interval]))`,
          legend: `{{${labels.replica}}} {{${labels.error}}}`,
        },
      ],
      'Retries hide these from clients; a replica that stands out here is ill.',
    ),
    percentiles(
      'Wait for a place',
      metrics.queueWait,
      'Time in the waiting room. Above zero, the fleet is full.',
    ),
    lines(
      'Waiting requests',
      'short',
      [{ expr: gauge(metrics.waitingRequests), legend: 'waiting' }],
      'Requests without a place so far.',
    ),
    lines(
      'Refusals',
      'reqps',
      [
        {
          expr: rate(metrics.refusals, labels.error, labels.reason),
          legend: `{{${labels.error}}} {{${labels.reason}}}`,
        },
      ],
      'Requests that got no place, by what refused them.',
    ),
    lines(
      'Retries',
      'reqps',
      [
        {
          expr: rate(metrics.retries, labels.replica, labels.error),
          legend: `{{${labels.replica}}} {{${labels.error}}}`,
        },
      ],
      'Further tries, by the replica that had failed and how.',
    ),
    lines(
      'Estimate of prompts',
      'short',
      [0.05, 0.5, 0.95].map((share) => ({
        expr: quantile(share, metrics.promptEstimateRatio),
        legend: `p${share * 100}`,
      })),
      'Estimated over true prompt tokens: 1 is exact. Routing reckons with the estimate.',
    ),
    lines(
      'Estimate of answers',
      'short',
      [0.05, 0.5, 0.95].map((share) => ({
        expr: quantile(share, metrics.outputEstimateRatio),
        legend: `p${share * 100}`,
      })),
      'Expected over true output tokens: 1 is exact. KV is promised by the expectation.',
    ),
    lines(
      'Decode step',
      's',
      [{ expr: gauge(metrics.replicaDecodeStep), legend: `{{${labels.replica}}}` }],
      'As fitted on the streams of each replica: one that stands out has turned slow.',
    ),
    lines(
      'Prefill rate',
      'short',
      [{ expr: gauge(metrics.replicaPrefillRate), legend: `{{${labels.replica}}}` }],
      'Prompt tokens a second, as fitted on the streams of each replica.',
    ),
    lines(
      'Events of replicas',
      'short',
      [
        {
          expr: rate(metrics.replicaEvents, labels.replica, labels.event),
          legend: `{{${labels.replica}}} {{${labels.event}}}`,
        },
      ],
      'Joins, leaves, ejections, failed polls and checks, by the second.',
    ),
    lines(
      'Shadow policy: agreement',
      'short',
      [
        {
          expr: rate(metrics.shadowDecisions, labels.policy, labels.agrees),
          legend: `{{${labels.policy}}} agrees: {{${labels.agrees}}}`,
        },
      ],
      'Decisions by the second that the policy of routing.shadow would have made the same way, and others.',
    ),
    lines(
      'Shadow policy: predicted cost',
      's',
      [
        {
          expr: rate(metrics.shadowCost, labels.policy, labels.judge),
          legend: `{{${labels.policy}}} by {{${labels.judge}}}`,
        },
      ],
      'Seconds that the picks of each policy cost by the second, as each of the two reckons them.',
    ),
  ],
};
