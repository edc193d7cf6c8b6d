import type { Dashboard } from './dashboard.ts';
import { labels, metrics } from '../semconv.ts';
import { attributes } from '../span-attributes.ts';
import { heatmap, lines, logs, percentiles, stat, traces } from './panel.ts';
import { gauge, quantile, rate, rateWhere, shareOf } from './queries.ts';

const { status, error, tenant, part } = labels;

/** Columns of a list of traces, by the names that the spans have them under. */
function told(...names: readonly string[]): string {
  return `select(${names.map((name) => `span.${name}`).join(', ')})`;
}

/** Server spans that were kept for this reason. */
function keptAs(decision: string): string {
  return `{ kind = server && span.${attributes.traceDecision} = "${decision}" }`;
}

const slowTraces = `${keptAs('slow')} | ${told(attributes.requestId, attributes.timeToFirstToken, attributes.gapMax, attributes.stalls, attributes.queueWait, attributes.routeReason)}`;

const failedTraces = `${keptAs('failed')} | ${told(attributes.requestId, attributes.error, attributes.status, attributes.attempts, attributes.resumes, attributes.routeReason)}`;

const stalledTraces = `{ kind = server && span.${attributes.stalls} > 0 } | ${told(attributes.requestId, attributes.stalls, attributes.gapMax, attributes.gaps)}`;

const attemptTraces = `{ kind = client && span.${attributes.replica} =~ "$replica" } | ${told(attributes.replica, attributes.numaNode, attributes.attempt, attributes.timeToFirstChunk, attributes.outputTokens)}`;

const badLines =
  '{service_name=~".+"} | json | msg="request" | service=~"late|slow|failed" or status>=500 | line_format "{{.request_id}} {{.status}} {{.service}} {{.error}} {{.replica}} queue={{.queue_ms}}ms ttft={{.ttft_ms}}ms itl_max={{.itl_max_ms}}ms trace={{.trace_id}}"';

/** One request's life, from the waiting room over its first token to its last. */
export const request: Dashboard = {
  name: 'numagate-request',
  title: 'numagate · Request',
  description:
    "Where does a request's time go? From a slow bucket to its trace, its log line and its receipt.",
  variables: ['traces', 'logs'],
  rows: [
    {
      title: 'How are requests served?',
      panels: [
        stat({
          title: 'How many end?',
          description: 'Requests by the second, refusals and failures included.',
          unit: 'reqps',
          query: { expr: rate(metrics.requests), legend: 'ended' },
        }),
        stat({
          title: 'How many fail?',
          description:
            'Share that ended with a status of 500 or above. Above 5 % an alert rings; Which ones failed? below lists them.',
          unit: 'percentunit',
          query: {
            expr: shareOf(rateWhere(metrics.requests, `${status}=~"5.."`), rate(metrics.requests)),
            legend: 'failed',
          },
          limits: { warn: 0.01, bad: 0.05 },
        }),
        stat({
          title: 'First token within (p95)',
          description: 'Request received to first output.',
          unit: 's',
          query: { expr: quantile(0.95, metrics.timeToFirstToken), legend: 'p95' },
        }),
        stat({
          title: 'Gap between tokens (p99)',
          description: 'Of every token of every stream.',
          unit: 's',
          query: { expr: quantile(0.99, metrics.interTokenLatency), legend: 'p99' },
        }),
        stat({
          title: 'Whole answer within (p95)',
          description: 'Request received to last byte.',
          unit: 's',
          query: { expr: quantile(0.95, metrics.requestDuration), legend: 'p95' },
        }),
        stat({
          title: 'How much is answered?',
          description: 'Tokens by the second.',
          unit: 'suffix: tok/s',
          query: { expr: rate(metrics.outputTokens), legend: 'tokens' },
        }),
      ],
    },
    {
      title: 'Where does its time go?',
      panels: [
        percentiles(metrics.queueWait, {
          title: '1. How long for a place?',
          description:
            'In the waiting room. Above zero the fleet is full, or one replica is missing: see Fleet.',
        }),
        percentiles(metrics.timeToFirstToken, {
          title: '2. How long to the first token?',
          description:
            'The wait and the prefill. A rise with a steady wait is slow prefill or longer prompts. Points lead to traces.',
        }),
        percentiles(metrics.interTokenLatency, {
          title: '3. How long from token to token?',
          description:
            'Every token counts. p99 far above p95 is stalls: prefills in between, or preemption. Points lead to traces.',
        }),
        heatmap(metrics.timeToFirstToken, {
          title: 'How are first tokens spread?',
          description:
            'Two bands are two kinds of prompts, or two kinds of replicas. Points lead to traces.',
        }),
        heatmap(metrics.interTokenLatency, {
          title: 'How are gaps between tokens spread?',
          description:
            'A second band above the first one is stalls: prefills in between, or preemption. Points lead to traces.',
        }),
        percentiles(metrics.timePerOutputToken, {
          title: 'What is the pace of whole answers?',
          description: 'Mean time per token of one answer. It rises with the batch on a replica.',
        }),
        percentiles(metrics.requestDuration, {
          title: 'How long does it take in all?',
          description: 'Failures are in here: a fall may be fast refusals.',
        }),
        lines({
          title: 'How much of it is the gateway?',
          description:
            'Own time by part, p99. Read is the pace of the client. Above a few milliseconds: see Gateway, event loop.',
          unit: 's',
          queries: [{ expr: quantile(0.99, metrics.overhead, part), legend: `{{${part}}}` }],
        }),
        lines({
          title: 'What did clients get?',
          description: 'By status and error code; docs/errors.md says what to do about each.',
          unit: 'reqps',
          stacks: true,
          queries: [
            {
              expr: rate(metrics.requests, status, error),
              legend: `{{${status}}} {{${error}}}`,
            },
          ],
        }),
      ],
    },
    {
      title: 'Which ones? (Tempo)',
      panels: [
        traces({
          title: 'Which ones were slow?',
          description:
            'Open one: the server span tells every gap (gateway trace decode), the attempt below it the replica. Its request id goes to gateway explain.',
          traceql: slowTraces,
        }),
        traces({
          title: 'Which ones failed?',
          description:
            'Or were tried twice. The route reason says who was asked; the engine’s own span hangs below the attempt.',
          traceql: failedTraces,
        }),
        traces({
          title: 'Which ones stalled?',
          description:
            'Streams with a gap far above their own rhythm. Copy gateway.gaps into gateway trace decode to see it.',
          traceql: stalledTraces,
        }),
        traces({
          title: 'What did the chosen replicas do?',
          description: 'Attempts, by the variable Replica. Sort by duration.',
          traceql: attemptTraces,
        }),
      ],
    },
    {
      title: 'What does the log say? (Loki)',
      panels: [
        logs({
          title: 'The line of each request that went badly',
          description:
            'Needs a Loki that has the gateway’s log. The trace id leads to the trace, the request id to gateway explain.',
          logql: badLines,
        }),
      ],
    },
    {
      title: 'Who asks for how much?',
      panels: [
        lines({
          title: 'How many tokens go in and out?',
          description: 'By the second. Cached ones only where the engine tells.',
          unit: 'suffix: tok/s',
          queries: [
            { expr: rate(metrics.inputTokens), legend: 'prompts' },
            { expr: rate(metrics.cachedTokens), legend: 'prompts, cached' },
            { expr: rate(metrics.outputTokens), legend: 'answers' },
          ],
        }),
        lines({
          title: 'Who uses it?',
          description: 'Output tokens by tenant. Shares in an overload: see Routing, fairness.',
          unit: 'suffix: tok/s',
          stacks: true,
          queries: [{ expr: rate(metrics.outputTokens, tenant), legend: `{{${tenant}}}` }],
        }),
        lines({
          title: 'How many are open?',
          description: 'Received and not yet ended, those that wait included.',
          unit: 'short',
          queries: [
            { expr: `sum(${gauge(metrics.openRequests)})`, legend: 'open' },
            { expr: `sum(${gauge(metrics.waitingRequests)})`, legend: 'waiting' },
          ],
        }),
      ],
    },
  ],
};
