import { describe, expect, it } from 'vitest';
import { routing } from '../../../telemetry/dashboards/routing.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf } from '../../support/dashboards.ts';

describe('the dashboard of routing', () => {
  it('tells replicas apart by the attempts on them', () => {
    expect(exprsOf(routing, 'Who gets how many?')).toEqual([
      expect.stringContaining(`sum by (replica) (rate(${metrics.attempts.name}`),
    ]);
  });

  it('measures unevenness as the fullest replica over the mean', () => {
    const [expr = ''] = exprsOf(routing, 'How uneven is it?');

    expect(expr).toMatch(/^max\(.*\) \/ avg\(.*\)$/u);
    expect(metricsOf(routing, 'How uneven is it?')).toEqual([metrics.replicaInFlightRequests.name]);
  });

  it('lays the ledger beside what engines tell', () => {
    expect(metricsOf(routing, 'Ledger against gauge: requests')).toEqual([
      metrics.replicaInFlightRequests.name,
      metrics.replicaRunningRequests.name,
      metrics.replicaWaitingRequests.name,
    ]);
    expect(metricsOf(routing, 'Ledger against gauge: KV')).toEqual([
      metrics.replicaInFlightKvTokens.name,
      metrics.replicaKvCapacityTokens.name,
      metrics.replicaKvCacheUsage.name,
    ]);
  });

  it.each(['Are answers as long as predicted?', 'Are prompts as long as estimated?'])(
    'shows both tails of an estimate, which can be off either way: %s',
    (title) => {
      const shares = exprsOf(routing, title).map((expr) =>
        Number(/histogram_quantile\(([\d.]+)/u.exec(expr)?.[1]),
      );

      expect(shares).toEqual([0.05, 0.5, 0.95]);
    },
  );

  it('tells tenants and refusals apart', () => {
    expect(exprsOf(routing, 'Who is served well?')[0]).toContain('by (tenant)');
    expect(exprsOf(routing, 'Who is refused, and by what?')[0]).toContain(
      'by (error_type, reason)',
    );
  });
});
