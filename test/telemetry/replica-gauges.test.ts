import { describe, expect, it } from 'vitest';
import { Exposition } from '../../telemetry/exposition.ts';
import {
  exposeReplicas,
  REPLICAS_EXPOSED_MAX,
  type ReplicaReading,
} from '../../telemetry/replica-gauges.ts';
import { metrics } from '../../telemetry/semconv.ts';
import { seriesOn, valueOn } from '../support/metrics-page.ts';

function aReading(facts: Partial<ReplicaReading> = {}): ReplicaReading {
  return {
    replica: 'replica-0',
    engine: 'vllm',
    engineVersion: '0.11.0',
    numaNode: 1,
    state: 'ready',
    isQuiet: false,
    inFlightRequests: 3,
    inFlightPrefillTokens: 500,
    inFlightKvTokens: 2000,
    promisedKvTokens: 9000,
    kvCapacityTokens: 600_000,
    driftRequests: -2,
    driftKvTokens: 700,
    runningRequests: 2,
    waitingRequests: 1,
    prefillTokensPerSecond: 20_000,
    decodeStepMs: 25,
    kvCacheUsage: 0.25,
    loadAgeMs: 150,
    ...facts,
  };
}

function pageOf(...readings: readonly ReplicaReading[]): string {
  const page = new Exposition('prometheus');
  exposeReplicas(page, readings);
  return page.text();
}

describe('the gauges of a replica', () => {
  it.each([
    [metrics.replicaInFlightRequests, 3],
    [metrics.replicaInFlightPrefillTokens, 500],
    [metrics.replicaInFlightKvTokens, 2000],
    [metrics.replicaPromisedKvTokens, 9000],
    [metrics.replicaKvCapacityTokens, 600_000],
    [metrics.replicaDriftRequests, -2],
    [metrics.replicaDriftKvTokens, 700],
    [metrics.replicaRunningRequests, 2],
    [metrics.replicaWaitingRequests, 1],
    [metrics.replicaKvCacheUsage, 0.25],
    [metrics.replicaLoadAge, 0.15],
  ])('say $name', ({ name }, value) => {
    expect(valueOn(pageOf(aReading()), `${name}{replica="replica-0"}`)).toBe(value);
  });

  it('name what it is, and the NUMA node where that is known', () => {
    const unknown = { replica: 'b', engineVersion: undefined, numaNode: undefined };
    const infos = seriesOn(pageOf(aReading(), aReading(unknown)), metrics.replicaInfo.name);

    expect(infos).toEqual([
      `${metrics.replicaInfo.name}{replica="replica-0",engine="vllm",engine_version="0.11.0",numa_node="1"} 1`,
      `${metrics.replicaInfo.name}{replica="b",engine="vllm"} 1`,
    ]);
  });

  it('name the state it is in', () => {
    const states = seriesOn(
      pageOf(aReading(), aReading({ replica: 'b', state: 'draining' })),
      metrics.replicaState.name,
    );

    expect(states).toEqual([
      `${metrics.replicaState.name}{replica="replica-0",engine="vllm",state="ready"} 1`,
      `${metrics.replicaState.name}{replica="b",engine="vllm",state="draining"} 1`,
    ]);
  });

  it('leave out what is not known', () => {
    const page = pageOf(
      aReading({
        kvCapacityTokens: undefined,
        driftRequests: undefined,
        driftKvTokens: undefined,
        runningRequests: undefined,
        waitingRequests: undefined,
        kvCacheUsage: undefined,
        loadAgeMs: Infinity,
      }),
    );

    for (const metric of [
      metrics.replicaKvCapacityTokens,
      metrics.replicaDriftRequests,
      metrics.replicaDriftKvTokens,
      metrics.replicaRunningRequests,
      metrics.replicaWaitingRequests,
      metrics.replicaKvCacheUsage,
      metrics.replicaLoadAge,
    ]) {
      expect(page).not.toContain(metric.name);
    }
  });

  it('are as many as the bound allows', () => {
    const fleet = Array.from({ length: REPLICAS_EXPOSED_MAX + 1 }, (_, index) =>
      aReading({ replica: `replica-${index}` }),
    );

    const atTheBound = pageOf(...fleet.slice(1));
    expect(seriesOn(atTheBound, metrics.replicaLoadAge.name)).toHaveLength(REPLICAS_EXPOSED_MAX);
    expect(seriesOn(pageOf(...fleet), metrics.replicaState.name)).toHaveLength(
      REPLICAS_EXPOSED_MAX,
    );
  });

  it('are none for an empty fleet', () => {
    expect(pageOf()).toBe('');
  });
});
