import { describe, expect, it } from 'vitest';
import { replicasRow } from '../../../telemetry/dashboard/replicas-row.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf } from '../../support/panels.ts';

describe('the row of how replicas are', () => {
  it('lays what an engine tells beside what this gateway knows', () => {
    expect(metricsOf(replicasRow, 'KV cache')).toEqual([
      metrics.replicaKvCacheUsage.name,
      metrics.replicaInFlightKvTokens.name,
      metrics.replicaKvCapacityTokens.name,
      metrics.replicaPromisedKvTokens.name,
    ]);
    expect(metricsOf(replicasRow, 'In flight')).toEqual([metrics.replicaInFlightRequests.name]);
    expect(metricsOf(replicasRow, 'Running and queued, as told')).toEqual([
      metrics.replicaRunningRequests.name,
      metrics.replicaWaitingRequests.name,
    ]);
  });

  it('draws shares of the cache on one scale', () => {
    const panel = replicasRow.panels.find(({ title }) => title === 'KV cache');

    expect(panel?.unit).toBe('percentunit');
    expect(exprsOf(replicasRow, 'KV cache')[1]).toContain(' / ');
  });

  it('counts the replicas in each state', () => {
    expect(exprsOf(replicasRow, 'State')).toEqual([
      expect.stringContaining(`sum by (state) (${metrics.replicaState.name}`),
    ]);
  });

  it('tells a slow replica from the others', () => {
    expect(exprsOf(replicasRow, 'TTFT p95 by replica')).toEqual([
      expect.stringContaining('sum by (le, replica)'),
    ]);
  });

  it('says how old the news is', () => {
    expect(metricsOf(replicasRow, 'Age of the load')).toEqual([metrics.replicaLoadAge.name]);
  });
});
