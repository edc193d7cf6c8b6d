import { describe, expect, it } from 'vitest';

import { engineCommands } from '../../../deploy/engine-commands/catalog.ts';
import { findModel } from '../../../deploy/model-table.ts';
import type { Plan } from '../../../deploy/plan.ts';
import { planHost } from '../../../deploy/plan.ts';
import { publishedHost } from '../../../deploy/published-host.ts';
import { hostText, planCommands, planTable } from '../../../gateway/cli/plan-table.ts';

function published(): Plan {
  const [engine] = engineCommands;
  const modelFacts = findModel('llama-3-70b');
  if (engine === undefined || modelFacts === undefined) throw new Error('they are known');
  const plan = planHost(publishedHost, {
    engine,
    model: 'llama-3-70b',
    modelFacts,
    weightType: 'fp8',
    kvTokensWanted: 500_000,
    portFirst: 30_000,
  });
  if (plan.kind === 'impossible') throw new Error(plan.reason);
  return plan;
}

describe('the table of a plan', () => {
  it('shows which replica runs on which GPUs, node and CPUs, why, and what was given up', () => {
    expect(planTable(published()).split('\n')).toEqual([
      'replica   GPUs     node  CPUs             memory  port   KV tokens',
      'sglang-0  0,1,2,3  0     6-95,198-287     0       30000  635,439',
      'sglang-1  4,5,6,7  1     102-191,294-383  1       30010  635,439',
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
    const [replica] = published().replicas;
    if (replica === undefined) throw new Error('there is a replica');
    const { kvTokensExpected: _, ...rest } = replica;
    const bare = { ...rest, numaNodes: [], cpus: [], memoryNodes: [] };
    const text = planTable({ kind: 'planned', replicas: [bare], reservedCpus: [], givenUp: [] });

    expect(text).toContain('sglang-0  0,1,2,3  -     -     -       30000  -\n');
    expect(text).not.toContain('Given up');
  });
});

describe('the commands of a plan', () => {
  it('are what a shell takes, the environment first', () => {
    const [replica] = published().replicas;
    if (replica === undefined) throw new Error('there is a replica');
    const odd = { ...replica, environment: { A: '1,2' }, argv: ['run', 'a b', "it's"] };
    const text = planCommands({ kind: 'planned', replicas: [odd], reservedCpus: [], givenUp: [] });

    expect(text).toBe(String.raw`sglang-0:
  A=1,2 run 'a b' 'it'\''s'`);
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
