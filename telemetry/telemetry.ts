import type { Log, LogOptions } from './logger.ts';
import type { Arrival } from './recorder.ts';
import type { Readings, Scrape } from './metrics.ts';
import type { SpanExporter } from './span-exporter.ts';
import type { Random } from './trace-context.ts';
import { openLog } from './logger.ts';
import { Metrics } from './metrics.ts';
import { Recorder } from './recorder.ts';
import { requestLine } from './request-line.ts';
import type { GoodService } from './service.ts';
import { serviceOf } from './service.ts';
import { openTrace } from './trace-context.ts';
import { traceDecision } from './trace-decision.ts';

export type { GpuReading, GpuReadings } from './gpu-gauges.ts';
export type { Log, LogLevel, LogOptions } from './logger.ts';
export type { Readings, Scrape } from './metrics.ts';
export type { ReplicaReading } from './replica-gauges.ts';

/** Time as telemetry needs it: handed in, so that tests can hold it still. */
export interface TelemetryClock {
  /** Monotonic milliseconds, on the clock of every record. */
  nowMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
}

/** How telemetry starts. */
export interface TelemetryOptions {
  readonly serviceName: string;
  readonly version: string;
  /** Tells apart several gateways of one service. */
  readonly instanceId: string;
  /** OTLP/HTTP collector, such as `http://127.0.0.1:4318`; without one no span is made. */
  readonly otlpEndpoint?: string | undefined;
  /** Headers for the collector, such as an API key. */
  readonly otlpHeaders?: Readonly<Record<string, string>> | undefined;
  /** Share of requests traced, 0 to 1, of those that went well and whose caller has not decided. */
  readonly sampleRatio: number;
  /** What is worse is slow: it is counted, told in full, and its trace is kept. Others may follow: see `judgeBy`. */
  readonly good: GoodService;
  readonly log: LogOptions;
  readonly clock: TelemetryClock;
  /** Makes trace ids and samples. */
  readonly random: Random;
}

/** What happened, told three ways: metrics for a scraper, a line for the log, spans for a collector. */
export interface Telemetry {
  readonly log: Log;
  /** Opens the record of a request that has just arrived. */
  record(arrival: Arrival): Recorder;
  /** Counts what befell a replica; `event` is a word of a small fixed set, such as `ejected`. */
  replicaEvent(replica: string, event: string): void;
  /** Counts a reload of the settings; `outcome` is a word of a small fixed set, such as `refused`. */
  reloaded(outcome: string): void;
  /** Takes what ends from here on as good or slow by other terms. */
  judgeBy(good: GoodService): void;
  /** Counts why a replica is given no more requests; `reason` is a word of a small fixed set, such as `stall`. */
  replicaEjected(replica: string, reason: string): void;
  /** Names the functions that gauges are read through. Without them there are no gauges of replicas. */
  watch(readings: Readings): void;
  /** The metrics in the format that an `Accept` header asks for. */
  scrape(accept: string | undefined): Promise<Scrape>;
  /** Sends what is left of spans and log lines. A collector that does not answer holds it up for seconds at most. */
  shutdown(): Promise<void>;
}

/** Starts telemetry. The span code is loaded only where there is a collector to send to. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { clock, random, sampleRatio } = options;
  let { good } = options;
  const log = openLog(options.log);
  const spans = await openSpans(options, log);
  const metrics = new Metrics({
    version: options.version,
    log,
    spans,
  });

  const sink = (record: Recorder, endMs: number): void => {
    const wallMs = clock.wallMs();
    try {
      const service = serviceOf(record, endMs, good);
      const decision = traceDecision(record, service);
      const ending = { endMs, wallMs, service, decision };
      metrics.ended(record, ending);
      if (log.tellsLines) log.line(requestLine(record, ending));
      const wallOffsetMs = wallMs - clock.nowMs();
      spans?.add(record, { endMs, wallOffsetMs, decision, goodGapMs: good.tokenGapMs });
    } catch (error) {
      // A request has been served; that its record broke must not reach it.
      metrics.failed();
      log.error({ err: error, request_id: record.arrival.requestId }, 'a record broke');
    }
  };

  return {
    log,
    record(arrival) {
      metrics.opened();
      const trace = spans === undefined ? undefined : openTrace(arrival, sampleRatio, random);
      return new Recorder(arrival, trace, sink, random);
    },
    replicaEvent: (replica, event) => metrics.replicaEvent(replica, event),
    reloaded: (outcome) => metrics.reloaded(outcome),
    judgeBy(next) {
      good = next;
    },
    replicaEjected: (replica, reason) => metrics.replicaEjected(replica, reason),
    watch: (readings) => metrics.watch(readings),
    scrape: (accept) => Promise.resolve(metrics.page(accept)),
    async shutdown() {
      metrics.stop();
      await spans?.close();
      await log.close();
    },
  };
}

async function openSpans(options: TelemetryOptions, log: Log): Promise<SpanExporter | undefined> {
  const { otlpEndpoint } = options;
  if (otlpEndpoint === undefined) return undefined;
  const { SpanExporter } = await import('./span-exporter.ts');
  return new SpanExporter({ ...options, otlpEndpoint }, log);
}
