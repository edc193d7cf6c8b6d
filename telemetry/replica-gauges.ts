import type { Exposition, ScalarSample } from './exposition.ts';
import type { MetricDefinition } from './semconv.ts';
import { labelPair } from './exposition.ts';
import { labels, metrics } from './semconv.ts';

/** One replica as the gateway sees it at a scrape. What is not known is `undefined` and not exposed. */
export interface ReplicaReading {
  readonly replica: string;
  readonly engine: string;
  readonly engineVersion: string | undefined;
  readonly numaNode: number | undefined;
  readonly state: string;
  /** It says nothing, nor does it answer a question. */
  readonly isQuiet: boolean;
  readonly inFlightRequests: number;
  readonly inFlightPrefillTokens: number;
  readonly inFlightKvTokens: number;
  /** Most that the open requests reach together if each runs to its expected end. */
  readonly promisedKvTokens: number;
  readonly kvCapacityTokens: number | undefined;
  /** What the engine last told of beyond what was sent by then; below 0 where it told of less. */
  readonly driftRequests: number | undefined;
  readonly driftKvTokens: number | undefined;
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
  page.scalars(metrics.replicaInfo, readings.map(infoOf));
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

function infoOf({ replica, engine, engineVersion, numaNode }: ReplicaReading): ScalarSample {
  const pairs = [
    labelPair(labels.replica, replica),
    labelPair(labels.engine, engine),
    labelPair(labels.engineVersion, engineVersion ?? ''),
    labelPair(labels.numaNode, numaNode === undefined ? '' : String(numaNode)),
  ];
  return { labels: pairs.filter((pair) => pair !== '').join(','), value: 1 };
}

type ValueOf = (reading: ReplicaReading) => number | undefined;

const GAUGES: readonly (readonly [MetricDefinition, ValueOf])[] = [
  [metrics.replicaQuiet, (one) => Number(one.isQuiet)],
  [metrics.replicaInFlightRequests, (one) => one.inFlightRequests],
  [metrics.replicaInFlightPrefillTokens, (one) => one.inFlightPrefillTokens],
  [metrics.replicaInFlightKvTokens, (one) => one.inFlightKvTokens],
  [metrics.replicaPromisedKvTokens, (one) => one.promisedKvTokens],
  [metrics.replicaDriftRequests, (one) => one.driftRequests],
  [metrics.replicaDriftKvTokens, (one) => one.driftKvTokens],
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
