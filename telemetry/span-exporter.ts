import type { SpanExporter as CountingExporter } from '@opentelemetry/sdk-trace';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { Log } from './logger.ts';
import type { SettledBatch } from './otlp-collector.ts';
import type { Recorder } from './recorder.ts';
import type { SpanOwner, SpanTerms } from './spans.ts';
import { openCollector } from './otlp-collector.ts';
import { SdkWarnings } from './sdk-warnings.ts';
import { attributes } from './span-attributes.ts';
import { spanCountOf, spansOf } from './spans.ts';

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

/** Spans that may wait for the collector: 8 MiB of short streams, 13 of streams that take all bytes of an attribute. */
export const SPANS_WAITING_MAX = 4096;

/** Spans of one post: some hundred kilobytes. */
const BATCH_SPANS = 512;

/** Longest that a span waits for company. */
export const FLUSH_INTERVAL_MS = 2000;

/** A collector that does not take a post within this time, all tries together, counts as unreachable. */
export const POST_TIMEOUT_MS = 5000;

/** Sends the spans of ended requests through OpenTelemetry's batches and its OTLP exporter. */
export class SpanExporter {
  readonly #owner: SpanOwner;
  readonly #collector: CountingExporter;
  readonly #processor: BatchSpanProcessor;
  #waiting = 0;
  #exported = 0;
  #noRoom = 0;
  #refused = 0;
  #unreachable = 0;
  #isClosing = false;
  #isClosed = false;

  constructor(options: SpanExporterOptions, log: Log) {
    const warnings = new SdkWarnings(log);
    this.#owner = ownerOf(options);
    this.#collector = openCollector({
      endpoint: options.otlpEndpoint,
      headers: options.otlpHeaders ?? {},
      timeoutMs: POST_TIMEOUT_MS,
      takeRejectedSpans: () => warnings.takeRejectedSpans(),
      settled: (batch) => this.#settle(batch),
    });
    this.#processor = new BatchSpanProcessor({
      exporter: this.#collector,
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

  /** Takes the spans of a request whose trace is kept; of any other it makes none. */
  add(record: Recorder, terms: SpanTerms): void {
    const { trace } = record;
    if (trace === undefined || terms.decision === 'passed_over') return;
    const count = spanCountOf(record);
    // Where there is no room, none are made: a collector that is down costs a request nothing.
    if (this.#isClosing || this.#waiting + count > SPANS_WAITING_MAX) {
      this.#noRoom += count;
      return;
    }
    const spans = spansOf(record, trace, terms, this.#owner);
    this.#waiting += spans.length;
    for (const span of spans) this.#processor.onEnd(span);
  }

  /** Posts what is left, for `POST_TIMEOUT_MS` at most; what is under way then counts as unreachable. */
  async close(): Promise<void> {
    this.#isClosing = true;
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, POST_TIMEOUT_MS);
    });
    await Promise.race([this.#postRest(), timeUp]);
    clearTimeout(timer);
    this.#isClosed = true;
    this.#unreachable += this.#waiting;
    this.#waiting = 0;
  }

  async #postRest(): Promise<void> {
    // Counted batch by batch in `#settle`; there is nobody left to tell.
    await this.#processor.shutdown().catch(() => {});
    // The processor's wait ends with the first batch that fails, the others are still under way.
    await this.#collector.forceFlush?.();
  }

  #settle({ taken, refused, unreachable }: SettledBatch): void {
    if (this.#isClosed) return;
    this.#waiting -= taken + refused + unreachable;
    this.#exported += taken;
    this.#refused += refused;
    this.#unreachable += unreachable;
  }
}

function ownerOf({ serviceName, version, instanceId }: SpanExporterOptions): SpanOwner {
  return {
    resource: resourceFromAttributes({
      [attributes.serviceName]: serviceName,
      [attributes.serviceVersion]: version,
      [attributes.serviceInstance]: instanceId,
    }),
    scope: { name: serviceName, version },
  };
}
