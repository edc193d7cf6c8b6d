import { describe, expect, it } from 'vitest';
import { gpuNuma } from '../../../telemetry/dashboards/gpu-numa.ts';
import { gpuRows } from '../../../telemetry/dashboards/gpu-rows.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf, panelOf } from '../../support/dashboards.ts';

describe('the rows of how GPUs are', () => {
  it('stand on the dashboard of GPUs and NUMA nodes', () => {
    expect(gpuNuma.rows).toEqual(expect.arrayContaining([...gpuRows]));
  });

  it('have a line for each GPU, with how it is and whose it is', () => {
    expect(panelOf(gpuNuma, 'Each GPU, the hottest first')).toMatchObject({
      labels: { gpu: 'GPU', replica: 'Replica', numa_node: 'Node', state: 'State' },
      sortBy: 'Temperature',
    });
  });

  it('show what a GPU has, and XIDs by GPU and code', () => {
    expect(metricsOf(gpuNuma, 'What do they have?')).toEqual([
      metrics.gpuFindings.name,
      metrics.gpuXids.name,
    ]);
    expect(exprsOf(gpuNuma, 'What do they have?')[1]).toContain('sum by (gpu, xid)');
  });

  it('find a GPU of several replicas by each of them', () => {
    expect(exprsOf(gpuNuma, 'Whose clock falls?')[0]).toContain(
      'replica=~"(.*,)?($replica)(,.*)?|"',
    );
  });
});
