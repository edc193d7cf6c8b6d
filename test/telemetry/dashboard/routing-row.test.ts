import { describe, expect, it } from 'vitest';
import { routingRow } from '../../../telemetry/dashboard/routing-row.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf } from '../../support/panels.ts';

describe('the row of where requests go', () => {
  it('tells replicas apart by the attempts on them', () => {
    expect(exprsOf(routingRow, 'Attempts by replica')).toEqual([
      expect.stringContaining(`sum by (replica) (rate(${metrics.attempts.name}`),
    ]);
  });

  it('measures imbalance as the fullest replica over the mean', () => {
    const [expr = ''] = exprsOf(routingRow, 'Imbalance');

    expect(expr).toMatch(/^max\(.*\) \/ avg\(.*\)$/);
    expect(metricsOf(routingRow, 'Imbalance')).toEqual([metrics.replicaInFlightRequests.name]);
  });

  it('counts as failed the attempts that bear an error', () => {
    expect(exprsOf(routingRow, 'Failed attempts')).toEqual([
      expect.stringContaining('error_type!=""'),
    ]);
  });

  it('shows both tails of the estimate, which can be off either way', () => {
    const shares = exprsOf(routingRow, 'Estimate of prompts').map((expr) =>
      Number(/histogram_quantile\(([\d.]+)/.exec(expr)?.[1]),
    );

    expect(shares).toEqual([0.05, 0.5, 0.95]);
  });

  it('stands a wait beside how many wait', () => {
    expect(metricsOf(routingRow, 'Wait for a place')).toEqual([metrics.queueWait.name]);
    expect(metricsOf(routingRow, 'Waiting requests')).toEqual([metrics.waitingRequests.name]);
  });
});
