import { describe, expect, it } from 'vitest';
import { gatewayRow } from '../../../telemetry/dashboard/gateway-row.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf } from '../../support/panels.ts';

describe('the row of what the gateway costs', () => {
  it('divides CPU time by the tokens that it bought', () => {
    const [expr = ''] = exprsOf(gatewayRow, 'CPU for each output token');
    const [cpu, tokens] = expr.split(' / ');

    expect(cpu).toContain(metrics.cpuSeconds.name);
    expect(tokens).toContain(metrics.outputTokens.name);
  });

  it('shows the middle and the worst of the event loop', () => {
    expect(metricsOf(gatewayRow, 'Event loop')).toEqual([
      metrics.eventLoopLagMean.name,
      metrics.eventLoopLagP99.name,
      metrics.eventLoopLagMax.name,
    ]);
  });

  it('owns up to every loss of telemetry', () => {
    expect(metricsOf(gatewayRow, 'Telemetry lost')).toEqual([
      metrics.spansDropped.name,
      metrics.logLinesDropped.name,
      metrics.recordsFailed.name,
    ]);
  });

  it('names each gateway with its version and its start in milliseconds, as Grafana reads time', () => {
    const [expr = ''] = exprsOf(gatewayRow, 'Running since');

    expect(metricsOf(gatewayRow, 'Running since')).toEqual([
      metrics.startTime.name,
      metrics.buildInfo.name,
    ]);
    expect(expr).toContain('* 1000');
  });
});
