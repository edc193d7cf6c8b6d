import { metrics } from '../../telemetry/semconv.ts';
import type { AttributeKey } from '../../telemetry/span-attributes.ts';
import { attributeMeanings, attributes } from '../../telemetry/span-attributes.ts';

/** The page that lists what telemetry publishes, drawn from the names themselves. */
export function metricsDocument(): string {
  return `${[
    '# Metrics, spans and log lines',
    '',
    'Drawn from `telemetry/semconv.ts` and `telemetry/span-attributes.ts`; a test holds this page to them (`npx vitest run test/telemetry/semconv.test.ts -u` draws it anew). How to use it: [tracing.md](tracing.md).',
    '',
    '## Metrics',
    '',
    'At `/metrics` of the admin port, as Prometheus text, or as OpenMetrics with exemplars (`trace_id`) where the scraper asks for it. Exemplars need tracing (`telemetry.otlpEndpoint`): without it there is no trace to lead to. Durations are seconds. A histogram has no series before its first observation. Labels that clients can fill are bounded: past the bound a value reads `other`.',
    '',
    '| name | type | meaning | labels |',
    '|---|---|---|---|',
    ...Object.values(metrics).map(
      ({ name, type, help, labels }) =>
        `| \`${name}\` | ${type} | ${help} | ${labels.map((label) => `\`${label}\``).join(' ')} |`,
    ),
    '',
    '## Spans',
    '',
    'Sent to an OTLP/HTTP collector where one is set: a server span for each request and below it a client span for each attempt, whose context goes on to the engine as `traceparent`. No prompt and no answer is ever in them. Durations are seconds.',
    '',
    '| attribute | on | meaning |',
    '|---|---|---|',
    ...Object.entries(attributeMeanings).map(
      ([key, { on, help }]) =>
        `| \`${attributes[key as AttributeKey]}\` | ${on.join(', ')} | ${help} |`,
    ),
    '',
    '## Log lines',
    '',
    "JSON on stderr, one line for each request at level `info`, with the same figures in milliseconds, and with `trace_id` where there is one. Of a request that failed, or was served late or slowly (`service`), `decisions` tells why it went where it went; `cause` is the error below an engine's failure. No prompt and no answer is ever in them.",
  ].join('\n')}\n`;
}
