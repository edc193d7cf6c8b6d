import type { Row } from './panel.ts';
import { labels, metrics } from '../semconv.ts';
import { lines } from './panel.ts';
import { gauge, quantile, rate } from './queries.ts';

const cpuSecondsPerOutputToken = `${rate(metrics.cpuSeconds)} / ${rate(metrics.outputTokens)}`;

/** What the gateway costs, and what its telemetry lost. */
export const gatewayRow: Row = {
  title: 'Gateway: what it costs',
  panels: [
    lines(
      'CPU',
      'short',
      [{ expr: rate(metrics.cpuSeconds), legend: 'cores' }],
      'Cores in use. One thread relays: near 1, it is the bottleneck.',
    ),
    lines(
      'CPU for each output token',
      's',
      [{ expr: cpuSecondsPerOutputToken, legend: 'CPU time' }],
      'What a token costs us, everything included.',
    ),
    lines(
      'Own time by part',
      's',
      [
        {
          expr: quantile(0.99, metrics.overhead, labels.part),
          legend: `{{${labels.part}}} p99`,
        },
      ],
      'What a request waits for the gateway itself; read is the pace of the client.',
    ),
    lines(
      'Event loop',
      's',
      [
        { expr: gauge(metrics.eventLoopLagMean), legend: 'late, mean' },
        { expr: gauge(metrics.eventLoopLagP99), legend: 'late, p99' },
        { expr: gauge(metrics.eventLoopLagMax), legend: 'late, most' },
      ],
      'Lateness since the scrape before: every token in that moment was as late.',
    ),
    lines(
      'Event loop in use',
      'percentunit',
      [{ expr: gauge(metrics.eventLoopUsage), legend: 'busy' }],
      'Share of time in which the event loop had work.',
    ),
    lines(
      'Memory',
      'bytes',
      [
        { expr: gauge(metrics.residentMemory), legend: 'resident' },
        { expr: gauge(metrics.heapUsed), legend: 'heap' },
        { expr: gauge(metrics.externalMemory), legend: 'buffers' },
        { expr: gauge(metrics.prefixIndexBytes), legend: 'prefix index' },
      ],
      'Grows with open streams; what stays when they end is a leak.',
    ),
    lines(
      'Open requests',
      'short',
      [{ expr: gauge(metrics.openRequests), legend: 'open' }],
      'Received and not yet ended.',
    ),
    lines(
      'Connections',
      'short',
      [
        { expr: gauge(metrics.openConnections), legend: 'open' },
        { expr: rate(metrics.refusedConnections), legend: 'refused a second' },
      ],
      'Of clients to the data port. Refused are those beyond `limits.connectionsMax` or the descriptors.',
    ),
    lines(
      'Reloads',
      'short',
      [{ expr: rate(metrics.reloads, labels.outcome), legend: `{{${labels.outcome}}}` }],
      'Settings read again, by the second. Refused ones left the last good settings in place.',
    ),
    lines(
      'Bodies',
      'Bps',
      [
        { expr: rate(metrics.requestBytes), legend: 'in' },
        { expr: rate(metrics.responseBytes), legend: 'out' },
      ],
      'Bytes of bodies by the second.',
    ),
    lines(
      'Pauses',
      'short',
      [{ expr: rate(metrics.pauses, labels.replica), legend: `{{${labels.replica}}}` }],
      'Engines paused because clients read slowly, by the second.',
    ),
    lines(
      'Broken and rescued',
      'short',
      [
        { expr: rate(metrics.resumes, labels.replica), legend: `gone on at {{${labels.replica}}}` },
        { expr: rate(metrics.retriesDenied), legend: 'retries denied' },
      ],
      'Streams that broke and went on elsewhere, and tries that would have been too many, by the second.',
    ),
    lines(
      'Telemetry lost',
      'short',
      [
        { expr: rate(metrics.spansDropped, labels.reason), legend: `spans {{${labels.reason}}}` },
        { expr: rate(metrics.logLinesDropped), legend: 'log lines' },
        { expr: rate(metrics.recordsFailed), legend: 'records' },
      ],
      'Should be nothing.',
    ),
    lines(
      'Spans',
      'short',
      [{ expr: rate(metrics.spansExported), legend: 'exported' }],
      'Spans that the collector took, by the second.',
    ),
    lines(
      'Traces',
      'reqps',
      [{ expr: rate(metrics.traces, labels.decision), legend: `{{${labels.decision}}}` }],
      'Requests by whether their spans were kept, and why.',
    ),
    lines(
      'Running since',
      'dateTimeAsIso',
      [
        {
          expr: `${gauge(metrics.startTime)} * 1000 * on (instance) group_right () ${gauge(metrics.buildInfo)}`,
          legend: `{{instance}} {{${labels.version}}}`,
        },
      ],
      'Start and version of each gateway.',
    ),
  ],
};
