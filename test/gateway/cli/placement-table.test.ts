import { describe, expect, it } from 'vitest';
import { planReplicas, publishedHost } from '../../../deploy/placement.ts';
import { placementTable } from '../../../gateway/cli/placement-table.ts';

describe('the table of a plan', () => {
  it('shows which replica runs on which GPUs, node and CPUs, and why', () => {
    const plan = planReplicas(publishedHost, { gpusPerReplica: 4 });

    expect(placementTable(publishedHost, plan).split('\n')).toEqual([
      'The published host, not this machine: 8 × NVIDIA H100 80GB HBM3, 2 NUMA nodes',
      '',
      '           GPUs     NUMA node  CPUs            why',
      'replica-0  0 1 2 3  0          0-95,192-287    its GPUs and memory are on node 0; all of its CPUs',
      'replica-1  4 5 6 7  1          96-191,288-383  its GPUs and memory are on node 1; all of its CPUs',
    ]);
  });

  it('names every kind of GPU once', () => {
    const [first, second] = publishedHost.gpus;
    const gpus = [first, { ...second, name: 'NVIDIA L4' }].filter((gpu) => gpu !== undefined);

    expect(placementTable({ ...publishedHost, gpus: gpus as never }, [])).toContain(
      '2 × NVIDIA H100 80GB HBM3, NVIDIA L4',
    );
  });
});
