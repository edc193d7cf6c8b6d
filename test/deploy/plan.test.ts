import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { engineCommands, templateCommand } from '../../deploy/engine-commands/catalog.ts';
import { sglang } from '../../deploy/engine-commands/sglang.ts';
import type { Host } from '../../deploy/host.ts';
import { findModel, modelTable } from '../../deploy/model-table.ts';
import type { Plan, PlanWish } from '../../deploy/plan.ts';
import { KV_TOKENS_WANTED, planHost } from '../../deploy/plan.ts';
import { cpuListText } from '../../deploy/placement.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { cpusOf, randomHosts, shuffled } from '../support/hosts.ts';

function wish(facts: Partial<PlanWish> = {}): PlanWish {
  const modelFacts = findModel(facts.model ?? 'llama-3-70b');
  return {
    engine: sglang,
    model: 'llama-3-70b',
    ...(modelFacts !== undefined && { modelFacts }),
    weightType: 'fp8',
    kvTokensWanted: KV_TOKENS_WANTED,
    portFirst: 30_000,
    ...facts,
  };
}

function plan(host: Host, facts?: Partial<PlanWish>): Plan {
  const result = planHost(host, wish(facts));
  if (result.kind === 'impossible') throw new Error(result.reason);
  return result;
}

function whyNot(host: Host, facts?: Partial<PlanWish>): string {
  const result = planHost(host, wish(facts));
  if (result.kind === 'planned') throw new Error('it is possible');
  return result.reason;
}

describe('the plan of the published host', () => {
  it('is two replicas of four GPUs, one a node', () => {
    const { replicas } = plan(publishedHost);

    expect(
      replicas.map(({ id, gpus, numaNodes, cpus, memoryNodes, port }) => ({
        id,
        gpus: gpus.join(),
        numaNodes,
        cpus: cpuListText(cpus),
        memoryNodes,
        port,
      })),
    ).toEqual([
      {
        id: 'sglang-0',
        gpus: '0,1,2,3',
        numaNodes: [0],
        cpus: '6-95,198-287',
        memoryNodes: [0],
        port: 30_000,
      },
      {
        id: 'sglang-1',
        gpus: '4,5,6,7',
        numaNodes: [1],
        cpus: '102-191,294-383',
        memoryNodes: [1],
        port: 30_010,
      },
    ]);
    expect(replicas[1]).toMatchObject({
      environment: { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '4,5,6,7' },
      kvTokensExpected: 635_439,
    });
    expect(replicas[1]?.argv).not.toContain('--numa-node');
  });

  it('is one replica over both nodes with eight GPUs, and says that it crosses them', () => {
    const { replicas, givenUp } = plan(publishedHost, { tensorParallel: 8 });

    expect(replicas).toHaveLength(1);
    expect(replicas[0]).toMatchObject({ numaNodes: [0, 1], memoryNodes: [0, 1] });
    expect(replicas[0]?.reasons).toContain('no node has 8 GPUs free, so it crosses nodes 0 and 1');
    expect(replicas[0]?.argv.join(' ')).toContain('--numa-node 0 0 0 0 1 1 1 1');
    expect(givenUp).toContain('replica 0 crosses nodes 0, 1: part of its memory is always remote');
  });

  it('says which cores it keeps for others', () => {
    expect(plan(publishedHost).givenUp).toEqual([
      'CPUs 0-5,96-101,192-197,288-293 are kept for the gateway, the network cards and the system',
    ]);
  });
});

describe('a plan', () => {
  it('is impossible without a GPU', () => {
    expect(whyNot({ gpus: [], nodes: [] })).toBe('the host has no GPU');
  });

  it('is impossible for a model of which nothing is known, unless its size is given', () => {
    expect(whyNot(publishedHost, { model: 'mine' })).toContain(
      'nothing is known of the model mine',
    );
    const { replicas } = plan(publishedHost, { model: 'mine', tensorParallel: 2 });
    expect(replicas).toHaveLength(4);
    expect(replicas[0]?.argv).toContain('mine');
    expect(replicas[0]).not.toHaveProperty('kvTokensExpected');
  });

  it('is impossible for a size that its heads do not divide by', () => {
    expect(whyNot(publishedHost, { tensorParallel: 3 })).toBe(
      'llama-3-70b has 64 attention heads and 8 KV heads, which do not divide by 3',
    );
  });

  it('is impossible for a size that the host does not have, and names who is left out', () => {
    const gpus = publishedHost.gpus.map((gpu) =>
      gpu.index === 2 ? { ...gpu, fault: 'it needs a reset' } : gpu,
    );

    expect(whyNot({ ...publishedHost, gpus }, { tensorParallel: 8 })).toBe(
      'a replica of 8 GPUs is asked for, and 7 can be used; GPU 2 is left out: it needs a reset',
    );
  });

  it('is impossible where no GPU holds its part of the weights', () => {
    expect(whyNot(publishedHost, { tensorParallel: 1 })).toMatch(
      /^no replica of one GPU can be placed; GPU 0 is left out: its 81559 MiB are too little;/u,
    );
  });

  it('runs one replica on each MIG device that is large enough', () => {
    const migDevices = [
      { uuid: 'MIG-a', profile: '3g.40gb', memoryMib: 40_448 },
      { uuid: 'MIG-b', profile: '1g.10gb', memoryMib: 9856 },
    ];
    const gpus = [{ index: 0, name: 'H100', numaNode: 0, memoryMib: 81_559, migDevices }];
    const facts = { model: 'llama-3-8b', weightType: 'bf16', kvTokensWanted: 50_000 } as const;
    const { replicas, givenUp } = plan({ ...publishedHost, gpus }, facts);

    expect(replicas.map(({ gpus: visible }) => visible)).toEqual([['MIG-a']]);
    expect(givenUp).toContain('GPU MIG-b is left out: its 9856 MiB are too little');
  });

  it('says that replicas are unequal where their GPUs are', () => {
    const gpus = [24_564, 81_559].map((memoryMib, index) => ({
      index,
      name: 'GPU',
      numaNode: 0,
      memoryMib,
    }));
    const { replicas, givenUp } = plan(
      { ...publishedHost, gpus },
      { model: 'llama-3-8b', tensorParallel: 1 },
    );
    const [small = 0, large = 0] = replicas.map(({ kvTokensExpected }) => kvTokensExpected);

    expect(small).toBeLessThan(large);
    expect(givenUp).toContain(
      'replicas are unequal: their GPUs are GPU (24564 MiB), GPU (81559 MiB)',
    );
  });

  it('starts anything by a template', () => {
    const engine = templateCommand('mine', 'serve {model} {port} {tp}');
    const { replicas } = plan(publishedHost, { engine, tensorParallel: 4 });

    expect(replicas[1]).toMatchObject({
      id: 'mine-1',
      argv: ['serve', 'meta-llama/Meta-Llama-3-70B-Instruct', '30010', '4'],
    });
  });
});

describe('the plan of any host', () => {
  const wishes = fc.record({
    engine: fc.constantFrom(...engineCommands),
    model: fc.constantFrom(...Object.keys(modelTable)),
    weightType: fc.constantFrom('bf16', 'fp8', 'int4'),
    tensorParallel: fc.option(fc.constantFrom(1, 2, 4, 8), { nil: undefined }),
  });

  it('uses no GPU, CPU or port twice, holds the weights, and is the same in any order', () => {
    fc.assert(
      fc.property(randomHosts, wishes, fc.nat(), (host, { tensorParallel, ...facts }, seed) => {
        const own = { ...facts, ...(tensorParallel !== undefined && { tensorParallel }) };
        const result = planHost(host, wish(own));
        expect(planHost(shuffled(host, seed), wish(own))).toEqual(result);
        if (result.kind === 'impossible') {
          expect(result.reason).not.toBe('');
          return;
        }
        const { replicas } = result;
        const cpus = [
          ...replicas.flatMap((each) => cpusOf(each.cpus)),
          ...cpusOf(result.reservedCpus),
        ];
        for (const each of [
          cpus,
          replicas.flatMap(({ gpus }) => gpus),
          replicas.map(({ port }) => port),
        ]) {
          expect(new Set<number | string>(each).size).toBe(each.length);
        }
        for (const { kvTokensExpected = 1 } of replicas)
          expect(kvTokensExpected).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  }, 60_000);
});
