import { describe, expect, it } from 'vitest';

import type { PlannedReplica } from '../../../deploy/planned-replica.ts';
import { publishedHost } from '../../../deploy/published-host.ts';
import { hostText, planCommands, planTable } from '../../../gateway/cli/plan-table.ts';
import { planOfOne, publishedPlan } from '../../support/published-plan.ts';

describe('the table of a plan', () => {
  it('shows which replica runs on which GPUs, node and CPUs, why, and what was given up', () => {
    expect(planTable(publishedPlan()).split('\n')).toEqual([
      'replica   GPUs     node  CPUs                        memory  port   KV tokens',
      'sglang-0  0,1,2,3  0     6-95,198-287                0       30000  635,439',
      'sglang-1  4,5,6,7  1     102-191,294-383             1       30010  635,439',
      'gateway   -        0,1   0-5,96-101,192-197,288-293  -       -      -',
      '',
      expect.stringMatching(
        /^sglang-0: tensor parallel 4: .*; its GPUs and memory are on node 0; /u,
      ),
      expect.stringMatching(
        /^sglang-1: tensor parallel 4: .*; its GPUs and memory are on node 1; /u,
      ),
      '',
      'Given up:',
      '- CPUs 0-5,96-101,192-197,288-293 are kept for the gateway, the network cards and the system.',
    ]);
  });

  it('has a dash for what is not known, and no empty list', () => {
    const [replica] = planOfOne({ numaNodes: [], cpus: [], memoryNodes: [] }).replicas;
    const { kvTokensExpected, ...bare } = replica ?? {};
    const text = planTable({ ...planOfOne({}), replicas: [bare as PlannedReplica] });

    expect(kvTokensExpected).toBe(635_439);
    expect(text).toContain('sglang-0  0,1,2,3  -     -     -       30000  -\n');
    expect(text).not.toContain('Given up');
  });
});

describe('the commands of a plan', () => {
  const odd = { environment: { A: '1,2' }, argv: ['run', 'a b', "it's"] };

  it('are what a shell takes: the environment, then what pins them, then the engine', async () => {
    const text = await planCommands(planOfOne(odd));

    expect(text).toBe(String.raw`sglang-0:
  A=1,2 numactl --physcpubind=6-95,198-287 --membind=0 -- run 'a b' 'it'\''s'`);
  });

  it('are not pinned where the plan names neither CPUs nor nodes, or the engine binds itself', async () => {
    const nowhere = planOfOne({ ...odd, cpus: [], memoryNodes: [] });
    expect(await planCommands(nowhere)).toContain('  A=1,2 run ');
    const itself = planOfOne({ ...odd, argv: ['run', '--numa-bind'] });
    expect(await planCommands(itself)).toContain('  A=1,2 run --numa-bind');
  });
});

describe('a host in a line', () => {
  it('names every kind of GPU once', () => {
    const gpus = publishedHost.gpus.map((gpu) =>
      gpu.index === 0 ? { ...gpu, name: 'NVIDIA L4' } : gpu,
    );

    expect(hostText({ ...publishedHost, gpus })).toBe(
      '8 × NVIDIA L4, NVIDIA H100 80GB HBM3, 2 NUMA nodes',
    );
    expect(hostText({ gpus, nodes: publishedHost.nodes.slice(0, 1) })).toMatch(/, 1 NUMA node$/u);
  });
});
