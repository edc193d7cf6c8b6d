import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Where spans are sent, and for how long it is tried. */
export interface CollectorOptions {
  /** Base URL of an OTLP/HTTP collector, or the full one of its traces. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A collector that does not take a batch within this time, all tries together, is unreachable. */
  readonly timeoutMs: number;
  /** Spans that the collector's last answer rejected, where it took the others. */
  readonly takeRejectedSpans: () => number;
  /** Told once of every batch, before the processor is. */
  readonly settled: (batch: SettledBatch) => void;
}

/** What became of the spans of one batch; the three add up to all of them. */
export interface SettledBatch {
  readonly taken: number;
  /** The collector would not have them. */
  readonly refused: number;
  /** The collector could not be reached, or was busy, on every try. */
  readonly unreachable: number;
}

/** OpenTelemetry's OTLP exporter, with a count of what becomes of the spans. */
export function openCollector(options: CollectorOptions): SpanExporter {
  const { endpoint, headers, timeoutMs, takeRejectedSpans, settled } = options;
  const otlp = new OTLPTraceExporter({
    url: tracesUrl(endpoint),
    headers: { ...headers },
    timeoutMillis: timeoutMs,
  });
  return {
    export(spans, done) {
      otlp.export(spans, (result) => {
        settled(outcomeOf(result, spans.length, takeRejectedSpans()));
        done(result);
      });
    },
    forceFlush: () => otlp.forceFlush(),
    shutdown: () => otlp.shutdown(),
  };
}

function outcomeOf(result: ExportResult, spans: number, rejectedSpans: number): SettledBatch {
  if (result.code === ExportResultCode.SUCCESS) {
    const refused = Math.min(rejectedSpans, spans);
    return { taken: spans - refused, refused, unreachable: 0 };
  }
  return isRefusal(result.error)
    ? { taken: 0, refused: spans, unreachable: 0 }
    : { taken: 0, refused: 0, unreachable: spans };
}

// The exporter's error bears the status of an answer that forbids another try. Errors of sockets
// bear a text, and an answer that stays a busy one on every try leaves no code.
function isRefusal(error: (Error & { readonly code?: unknown }) | undefined): boolean {
  return typeof error?.code === 'number';
}

/** Path that the OTLP specification appends to a base URL. */
const TRACES_PATH = '/v1/traces';

/** The URL that traces are posted to. */
export function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/u, '');
  url.pathname = path.endsWith(TRACES_PATH) ? path : `${path}${TRACES_PATH}`;
  return url.href;
}
