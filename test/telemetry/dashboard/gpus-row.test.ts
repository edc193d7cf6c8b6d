import { describe, expect, it } from 'vitest';
import { gpusRow } from '../../../telemetry/dashboard/gpus-row.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf } from '../../support/panels.ts';

describe('the row of how GPUs are', () => {
  it('shows who is not healthy, and why', () => {
    expect(metricsOf(gpusRow, 'Sick GPUs, and warnings')).toEqual([
      metrics.gpuState.name,
      metrics.gpuFindings.name,
      metrics.gpuXids.name,
      metrics.gpuUncorrectedErrors.name,
    ]);
    expect(exprsOf(gpusRow, 'Sick GPUs, and warnings')[0]).toContain('state!="healthy"');
  });

  it('counts XIDs by GPU and code', () => {
    expect(exprsOf(gpusRow, 'Sick GPUs, and warnings')[2]).toContain('sum by (gpu, xid)');
  });
});
