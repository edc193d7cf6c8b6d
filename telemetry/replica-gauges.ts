import type { Exposition, ScalarSample } from './exposition.ts';
import type { MetricDefinition } from './semconv.ts';
import { labelPair } from './exposition.ts';
import { labels, metrics } from './semconv.ts';

/** One replica as the gateway sees it at a scrape. What is not known is `undefined` and not exposed. */
export interface ReplicaReading {
  readonly replica: string;
  readonly engine: string;
  readonly state: string;
  readonly inFlightRequests: number;
  readonly inFlightPrefillTokens: number;
  readonly inFlightKvTokens: number;
  readonly kvCapacityTokens: number | undefined;
  readonly runningRequests: number | undefined;
  readonly waitingRequests: number | undefined;
  /** 0 to 1. */
  readonly kvCacheUsage: number | undefined;
  readonly loadAgeMs: number | undefined;
  readonly prefillTokensPerSecond: number;
  /** Under its present load. */
  readonly decodeStepMs: number;
}

/** Replicas beyond this are left out of a page, like their labels elsewhere. */
export const REPLICAS_EXPOSED_MAX = 256;

/** Adds the gauges of every replica to a page. */
export function exposeReplicas(page: Exposition, replicas: Iterable<ReplicaReading>): void {
  const readings = Array.from(replicas).slice(0, REPLICAS_EXPOSED_MAX);
  const states = readings.map(({ replica, engine, state }) => ({
    labels: [
      labelPair(labels.replica, replica),
      labelPair(labels.engine, engine),
      labelPair(labels.state, state),
    ].join(','),
    value: 1,
  }));
  page.scalars(metrics.replicaState, states);
  for (const [definition, valueOf] of GAUGES) page.scalars(definition, known(readings, valueOf));
}

type ValueOf = (reading: ReplicaReading) => number | undefined;

const GAUGES: readonly (readonly [MetricDefinition, ValueOf])[] = [
  [metrics.replicaInFlightRequests, (one) => one.inFlightRequests],
  [metrics.replicaInFlightPrefillTokens, (one) => one.inFlightPrefillTokens],
  [metrics.replicaInFlightKvTokens, (one) => one.inFlightKvTokens],
  [metrics.replicaKvCapacityTokens, (one) => one.kvCapacityTokens],
  [metrics.replicaRunningRequests, (one) => one.runningRequests],
  [metrics.replicaWaitingRequests, (one) => one.waitingRequests],
  [metrics.replicaKvCacheUsage, (one) => one.kvCacheUsage],
  [metrics.replicaLoadAge, (one) => inSeconds(one.loadAgeMs)],
  [metrics.replicaPrefillRate, (one) => one.prefillTokensPerSecond],
  [metrics.replicaDecodeStep, (one) => inSeconds(one.decodeStepMs)],
];

function* known(readings: readonly ReplicaReading[], valueOf: ValueOf): Generator<ScalarSample> {
  for (const reading of readings) {
    const value = valueOf(reading);
    if (value === undefined || !Number.isFinite(value)) continue;
    yield { labels: labelPair(labels.replica, reading.replica), value };
  }
}

function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
