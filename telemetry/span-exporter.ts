import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { Recorder } from './recorder.ts';
import type { SpanOwner, SpanTimes } from './spans.ts';
import { attributes } from './semconv.ts';
import { spansOf } from './spans.ts';

/** Who sends spans, and to whom. */
export interface SpanExporterOptions {
  readonly serviceName: string;
  readonly version: string;
  /** Tells apart several gateways of one service. */
  readonly instanceId: string;
  /** Base URL of an OTLP/HTTP collector, or the full one of its traces. */
  readonly otlpEndpoint: string;
  readonly otlpHeaders?: Readonly<Record<string, string>> | undefined;
}

/** Why spans were lost. */
export interface DroppedSpans {
  /** The collector was slower than the requests, and as many spans waited as may. */
  readonly noRoom: number;
  /** The collector would not have them. */
  readonly refused: number;
  /** The collector could not be reached, or was busy, on every try. */
  readonly unreachable: number;
}

/** Spans that may wait for the collector: some 16 MiB. */
export const SPANS_WAITING_MAX = 8192;

/** Spans of one post: some hundred kilobytes. */
const BATCH_SPANS = 512;

/** Longest that a span waits for company. */
export const FLUSH_INTERVAL_MS = 2000;

/** A collector that does not take a post within this time, all tries together, counts as unreachable. */
export const POST_TIMEOUT_MS = 5000;

/** Sends the spans of ended requests through OpenTelemetry's batches and its OTLP exporter. */
export class SpanExporter {
  readonly #owner: SpanOwner;
  readonly #processor: BatchSpanProcessor;
  #waiting = 0;
  #exported = 0;
  #noRoom = 0;
  #refused = 0;
  #unreachable = 0;

  constructor(options: SpanExporterOptions) {
    const { serviceName, version, instanceId, otlpEndpoint, otlpHeaders = {} } = options;
    this.#owner = {
      resource: resourceFromAttributes({
        [attributes.serviceName]: serviceName,
        [attributes.serviceVersion]: version,
        [attributes.serviceInstance]: instanceId,
      }),
      scope: { name: serviceName, version },
    };
    const otlp = new OTLPTraceExporter({
      url: tracesUrl(otlpEndpoint),
      headers: { ...otlpHeaders },
      timeoutMillis: POST_TIMEOUT_MS,
    });
    this.#processor = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) =>
          otlp.export(spans, (result) => {
            this.#settle(spans, result);
            done(result);
          }),
        forceFlush: () => otlp.forceFlush(),
        shutdown: () => otlp.shutdown(),
      },
      // The processor drops in silence what it has no room for: the bound is kept, and counted, in `add`.
      maxQueueSize: SPANS_WAITING_MAX,
      maxExportBatchSize: BATCH_SPANS,
      scheduledDelayMillis: FLUSH_INTERVAL_MS,
      exportTimeoutMillis: 2 * POST_TIMEOUT_MS,
    });
  }

  /** Spans that the collector took. */
  get exportedSpans(): number {
    return this.#exported;
  }

  /** Spans that were lost. */
  get droppedSpans(): DroppedSpans {
    return { noRoom: this.#noRoom, refused: this.#refused, unreachable: this.#unreachable };
  }

  /** Takes the spans of a sampled request; of any other it makes none. */
  add(record: Recorder, times: SpanTimes): void {
    const { trace } = record;
    if (trace === undefined || !trace.sampled) return;
    const spans = spansOf(record, trace, times, this.#owner);
    if (this.#waiting + spans.length > SPANS_WAITING_MAX) {
      this.#noRoom += spans.length;
      return;
    }
    this.#waiting += spans.length;
    for (const span of spans) this.#processor.onEnd(span);
  }

  /** Posts what is left, for `POST_TIMEOUT_MS` at most. */
  async close(): Promise<void> {
    const shutdown = this.#processor.shutdown().catch(() => {
      // Counted span by span in `#settle`; there is nobody left to tell.
    });
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, POST_TIMEOUT_MS);
    });
    await Promise.race([shutdown, timeUp]);
    clearTimeout(timer);
  }

  #settle(spans: readonly ReadableSpan[], { code, error }: ExportResult): void {
    this.#waiting -= spans.length;
    if (code === ExportResultCode.SUCCESS) this.#exported += spans.length;
    else if (isRefusal(error)) this.#refused += spans.length;
    else this.#unreachable += spans.length;
  }
}

/** The exporter's error bears the status of an answer that forbids another try. */
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
