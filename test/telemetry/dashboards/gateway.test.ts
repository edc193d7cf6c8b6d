import { describe, expect, it } from 'vitest';
import { gateway } from '../../../telemetry/dashboards/gateway.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf, panelOf } from '../../support/dashboards.ts';

describe('the dashboard of the gateway itself', () => {
  it('reckons its CPU time by the token', () => {
    expect(metricsOf(gateway, 'What does a token cost?')).toEqual([
      metrics.cpuSeconds.name,
      metrics.outputTokens.name,
    ]);
    expect(exprsOf(gateway, 'What does a token cost?')[0]).toMatch(/^sum .* \/ sum /u);
  });

  it('shows all that telemetry can lose in one place', () => {
    expect(metricsOf(gateway, 'What did telemetry lose?')).toEqual([
      metrics.spansDropped.name,
      metrics.logLinesDropped.name,
      metrics.recordsFailed.name,
    ]);
  });

  it('warns of a late event loop at the bound of the alert', () => {
    expect(panelOf(gateway, 'How late is it (p99)?')).toMatchObject({ limits: { bad: 0.05 } });
  });
});
