import type { Ending } from './ending.ts';
import type { Recorder } from './recorder.ts';
import type { ReplicaReading } from './replica-gauges.ts';
import type { MetricDefinition } from './semconv.ts';
import { Counter } from './counter.ts';
import { chooseFormat, contentTypes, Exposition, labelPair } from './exposition.ts';
import { LabelValues } from './label-values.ts';
import { ProcessMetrics } from './process-metrics.ts';
import type { GpuReadings } from './gpu-gauges.ts';
import { exposeGpus } from './gpu-gauges.ts';
import { exposeReplicas } from './replica-gauges.ts';
import { RequestMetrics } from './request-metrics.ts';
import { labels, metrics } from './semconv.ts';

/** Figures that other parts of telemetry keep and a page shows. */
export interface MetricsParts {
  readonly version: string;
  readonly log: { readonly droppedLines: number };
  /** `undefined` where no spans are made. */
  readonly spans: SpanCounts | undefined;
}

/** Where spans went. */
export interface SpanCounts {
  readonly exportedSpans: number;
  readonly droppedSpans: {
    readonly noRoom: number;
    readonly refused: number;
    readonly unreachable: number;
  };
}

/** What the gateway lets telemetry read at a scrape. */
export interface Readings {
  replicas(): Iterable<ReplicaReading>;
  waitingRequests(): number;
  prefixIndexBytes(): number;
  openConnections(): number;
  refusedConnections(): number;
  gpus(): GpuReadings;
}

/** One page of metrics, ready to be sent. */
export interface Scrape {
  readonly contentType: string;
  readonly body: string;
}

/** Every metric of the gateway, and the page that shows them. */
export class Metrics {
  readonly #parts: MetricsParts;
  readonly #requests = new RequestMetrics();
  readonly #process = new ProcessMetrics();
  readonly #replicas = new LabelValues(256);
  readonly #events = new LabelValues(32);
  readonly #reasons = new LabelValues(32);
  readonly #replicaEvents = new Counter([
    { name: labels.replica, values: this.#replicas },
    { name: labels.event, values: this.#events },
  ]);
  readonly #outcomes = new LabelValues(8);
  readonly #reloads = new Counter([{ name: labels.outcome, values: this.#outcomes }]);
  readonly #decisions = new LabelValues(8);
  readonly #traces = new Counter([{ name: labels.decision, values: this.#decisions }]);
  readonly #replicaEjections = new Counter([
    { name: labels.replica, values: this.#replicas },
    { name: labels.reason, values: this.#reasons },
  ]);
  #readings: Readings | undefined;
  #openRequests = 0;
  #failedRecords = 0;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
  }

  /** Counts a request that arrived. */
  opened(): void {
    this.#openRequests += 1;
  }

  /** Counts a request that ended. */
  ended(record: Recorder, ending: Ending): void {
    this.#openRequests -= 1;
    this.#requests.observe(record, ending);
    if (this.#parts.spans !== undefined) this.#traces.add(1, this.#decisions.idOf(ending.decision));
  }

  /** Counts a record that broke. */
  failed(): void {
    this.#failedRecords += 1;
  }

  /** Counts what befell a replica. */
  replicaEvent(replica: string, event: string): void {
    this.#replicaEvents.add(1, this.#replicas.idOf(replica), this.#events.idOf(event));
  }

  /** Counts a reload of the settings. */
  reloaded(outcome: string): void {
    this.#reloads.add(1, this.#outcomes.idOf(outcome));
  }

  /** Counts why a replica is given no more requests. */
  replicaEjected(replica: string, reason: string): void {
    this.#replicaEjections.add(1, this.#replicas.idOf(replica), this.#reasons.idOf(reason));
  }

  /** Names the functions that gauges are read through. */
  watch(readings: Readings): void {
    this.#readings = readings;
  }

  /** The whole page, in the format that an `Accept` header asks for. */
  page(accept: string | undefined): Scrape {
    const format = chooseFormat(accept);
    const page = new Exposition(format);
    this.#requests.expose(page);
    page.scalars(metrics.replicaEvents, this.#replicaEvents.samples());
    page.scalars(metrics.reloads, this.#reloads.samples());
    page.scalars(metrics.replicaEjections, this.#replicaEjections.samples());
    scalar(page, metrics.openRequests, this.#openRequests);
    if (this.#readings !== undefined) {
      scalar(page, metrics.waitingRequests, this.#readings.waitingRequests());
      scalar(page, metrics.prefixIndexBytes, this.#readings.prefixIndexBytes());
      scalar(page, metrics.openConnections, this.#readings.openConnections());
      scalar(page, metrics.refusedConnections, this.#readings.refusedConnections());
      exposeReplicas(page, this.#readings.replicas());
      exposeGpus(page, this.#readings.gpus());
    }
    this.#exposeOurselves(page);
    this.#process.expose(page);
    return { contentType: contentTypes[format], body: page.text() };
  }

  /** Ends what watches the process. */
  stop(): void {
    this.#process.stop();
  }

  #exposeOurselves(page: Exposition): void {
    const { version, log, spans } = this.#parts;
    if (spans !== undefined) {
      page.scalars(metrics.traces, this.#traces.samples());
      const { noRoom, refused, unreachable } = spans.droppedSpans;
      scalar(page, metrics.spansExported, spans.exportedSpans);
      page.scalars(metrics.spansDropped, [
        { labels: labelPair(labels.reason, 'no_room'), value: noRoom },
        { labels: labelPair(labels.reason, 'refused'), value: refused },
        { labels: labelPair(labels.reason, 'unreachable'), value: unreachable },
      ]);
    }
    scalar(page, metrics.logLinesDropped, log.droppedLines);
    scalar(page, metrics.recordsFailed, this.#failedRecords);
    page.scalars(metrics.buildInfo, [{ labels: labelPair(labels.version, version), value: 1 }]);
  }
}

function scalar(page: Exposition, definition: MetricDefinition, value: number): void {
  page.scalars(definition, [{ labels: '', value }]);
}
