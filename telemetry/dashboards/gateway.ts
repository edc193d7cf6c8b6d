import type { Dashboard } from './dashboard.ts';
import { labels, metrics } from '../semconv.ts';
import { lines, stat } from './panel.ts';
import { gauge, quantile, rate } from './queries.ts';

const { replica, reason, outcome, part, decision, version } = labels;

const cpuPerToken = `${rate(metrics.cpuSeconds)} / ${rate(metrics.outputTokens)}`;

/** Whether it is the gateway, and what it costs. */
export const gateway: Dashboard = {
  name: 'numagate-gateway',
  title: 'numagate · Gateway',
  description: 'Is it the gateway? What it costs, how late it is, and what its telemetry lost.',
  variables: [],
  rows: [
    {
      title: 'Is it the gateway?',
      panels: [
        stat({
          title: 'How late is it (p99)?',
          description:
            'Event loop: every token in that moment was as late. Above 50 ms for five minutes an alert rings.',
          unit: 's',
          query: { expr: `max(${gauge(metrics.eventLoopLagP99)})`, legend: 'late' },
          limits: { warn: 0.02, bad: 0.05 },
          width: 6,
        }),
        stat({
          title: 'How busy is it?',
          description:
            'Share of time in which the event loop had work. Near 1 it is the bottleneck.',
          unit: 'percentunit',
          query: { expr: `max(${gauge(metrics.eventLoopUsage)})`, legend: 'busy' },
          limits: { warn: 0.7, bad: 0.9 },
          width: 6,
        }),
        stat({
          title: 'What does a token cost?',
          description: 'CPU time for each output token, everything included.',
          unit: 's',
          query: { expr: cpuPerToken, legend: 'CPU time' },
          width: 6,
        }),
        stat({
          title: 'Which one runs, and since when?',
          description: 'Start and version of the gateway that started last.',
          unit: 'dateTimeAsIso',
          query: {
            expr: `topk(1, ${gauge(metrics.startTime)} * 1000 * on (job, instance) group_right () ${gauge(metrics.buildInfo)})`,
            legend: `{{${version}}}`,
          },
          width: 6,
        }),
        lines({
          title: 'How late is the event loop?',
          description:
            'Since the scrape before. Bodies too large, or too many streams for one core.',
          unit: 's',
          queries: [
            { expr: gauge(metrics.eventLoopLagMean), legend: 'mean' },
            { expr: gauge(metrics.eventLoopLagP99), legend: 'p99' },
            { expr: gauge(metrics.eventLoopLagMax), legend: 'most' },
          ],
        }),
        lines({
          title: 'Which part takes time?',
          description: 'Own time of a request, p99; read is the pace of the client.',
          unit: 's',
          queries: [{ expr: quantile(0.99, metrics.overhead, part), legend: `{{${part}}}` }],
        }),
        lines({
          title: 'How many cores does it use?',
          description: 'One thread relays: near 1, it is the bottleneck.',
          unit: 'short',
          queries: [{ expr: rate(metrics.cpuSeconds), legend: 'cores' }],
        }),
      ],
    },
    {
      title: 'What does it hold?',
      panels: [
        lines({
          title: 'How much memory?',
          description: 'Grows with open streams; what stays when they end is a leak.',
          unit: 'bytes',
          queries: [
            { expr: gauge(metrics.residentMemory), legend: 'resident' },
            { expr: gauge(metrics.heapUsed), legend: 'heap' },
            { expr: gauge(metrics.externalMemory), legend: 'buffers' },
            { expr: gauge(metrics.prefixIndexBytes), legend: 'prefix index' },
          ],
        }),
        lines({
          title: 'How many connections?',
          description:
            'Of clients to the data port. Refused are those beyond limits.connectionsMax or the descriptors.',
          unit: 'short',
          queries: [
            { expr: gauge(metrics.openConnections), legend: 'open' },
            { expr: rate(metrics.refusedConnections), legend: 'refused a second' },
          ],
        }),
        lines({
          title: 'How many bytes?',
          description: 'Bodies, by the second.',
          unit: 'Bps',
          queries: [
            { expr: rate(metrics.requestBytes), legend: 'received' },
            { expr: rate(metrics.responseBytes), legend: 'sent' },
          ],
        }),
        lines({
          title: 'Who reads too slowly?',
          description:
            'Engines paused because clients read slowly, by the second. Nothing to do unless it is all of them: then the network.',
          unit: 'short',
          queries: [{ expr: rate(metrics.pauses, replica), legend: `{{${replica}}}` }],
        }),
        lines({
          title: 'Were settings taken?',
          description:
            'Reloads a minute. Refused ones left the last good settings in place: POST /admin/reload says why.',
          unit: 'short',
          queries: [{ expr: `60 * ${rate(metrics.reloads, outcome)}`, legend: `{{${outcome}}}` }],
        }),
        lines({
          title: 'How many are open?',
          description: 'Received and not yet ended.',
          unit: 'short',
          queries: [{ expr: gauge(metrics.openRequests), legend: 'open' }],
        }),
      ],
    },
    {
      title: 'What is told, and what is lost?',
      panels: [
        lines({
          title: 'What did telemetry lose?',
          description:
            'Should be nothing; above it an alert rings. Spans: the collector is slow or gone. Log lines: the disk is.',
          unit: 'short',
          queries: [
            { expr: rate(metrics.spansDropped, reason), legend: `spans {{${reason}}}` },
            { expr: rate(metrics.logLinesDropped), legend: 'log lines' },
            { expr: rate(metrics.recordsFailed), legend: 'records' },
          ],
        }),
        lines({
          title: 'How many spans does the collector take?',
          description: 'By the second.',
          unit: 'short',
          queries: [{ expr: rate(metrics.spansExported), legend: 'spans' }],
        }),
        lines({
          title: 'Which traces are kept, and why?',
          description:
            'Requests by the second. Many drawn ones cost: lower telemetry.sampleRatio; slow and failed ones are kept in any case.',
          unit: 'reqps',
          stacks: true,
          queries: [{ expr: rate(metrics.traces, decision), legend: `{{${decision}}}` }],
        }),
      ],
    },
  ],
};
