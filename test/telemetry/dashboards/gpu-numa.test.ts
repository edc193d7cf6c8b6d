import { describe, expect, it } from 'vitest';
import { gpuNuma } from '../../../telemetry/dashboards/gpu-numa.ts';
import { exprsOf, panelOf, panelsOf } from '../../support/dashboards.ts';

describe('the dashboard of GPUs and NUMA nodes', () => {
  it('asks in its first two rows by node alone', () => {
    const panels = gpuNuma.rows.slice(0, 2).flatMap((row) => row.panels);

    for (const { title } of panels) {
      for (const expr of exprsOf(gpuNuma, title)) expect(expr).toContain('numa_node) (');
    }
    expect(panels.length).toBeGreaterThan(0);
    expect(panelsOf(gpuNuma).length).toBeGreaterThan(panels.length);
  });

  it('says on which node each replica stands', () => {
    expect(panelOf(gpuNuma, 'Each replica with its node, the slowest first')).toMatchObject({
      labels: { replica: 'Replica', numa_node: 'Node' },
      sortBy: 'Decode step',
    });
  });
});
