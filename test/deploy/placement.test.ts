import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuListText, planReplicas, publishedHost } from '../../deploy/placement.ts';
import type { Host } from '../../deploy/placement.ts';

const plan = (gpusPerReplica: number, host: Host = publishedHost) =>
  planReplicas(host, { gpusPerReplica }).map(({ gpus, numaNodes, cpus }) => ({
    gpus: gpus.join(' '),
    nodes: numaNodes.join(' '),
    cpus: cpuListText(cpus),
  }));

describe('the plan of the published host', () => {
  it('is two replicas of four GPUs, one a node, each with all of its CPUs', () => {
    expect(plan(4)).toEqual([
      { gpus: '0 1 2 3', nodes: '0', cpus: '0-95,192-287' },
      { gpus: '4 5 6 7', nodes: '1', cpus: '96-191,288-383' },
    ]);
  });

  it('is one replica of eight GPUs, which crosses nodes and says so', () => {
    expect(plan(8)).toEqual([
      { gpus: '0 1 2 3 4 5 6 7', nodes: '0 1', cpus: '0-95,192-287,96-191,288-383' },
    ]);
    expect(planReplicas(publishedHost, { gpusPerReplica: 8 })[0]?.reason).toBe(
      'no node has 8 GPUs free, so it crosses nodes',
    );
  });

  it('shares the cores of a node among its replicas, both threads of a core together', () => {
    expect(plan(2).slice(0, 2)).toEqual([
      { gpus: '0 1', nodes: '0', cpus: '0-47,192-239' },
      { gpus: '2 3', nodes: '0', cpus: '48-95,240-287' },
    ]);
  });

  it('puts together across nodes what they have left over', () => {
    expect(plan(3).map(({ gpus, nodes }) => [gpus, nodes])).toEqual([
      ['0 1 2', '0'],
      ['4 5 6', '1'],
    ]);
    expect(plan(5).map(({ gpus, nodes }) => [gpus, nodes])).toEqual([['0 1 2 3 4', '0 1']]);
  });

  it('says why each replica is where it is', () => {
    expect(planReplicas(publishedHost, { gpusPerReplica: 4 }).map(({ reason }) => reason)).toEqual([
      'its GPUs and memory are on node 0; all of its CPUs',
      'its GPUs and memory are on node 1; all of its CPUs',
    ]);
    expect(planReplicas(publishedHost, { gpusPerReplica: 1 })[0]?.reason).toContain(
      'one of 4 equal shares of its CPUs',
    );
  });
});

describe('any plan', () => {
  const hosts = fc
    .array(fc.record({ gpus: fc.nat(9), cores: fc.integer({ min: 1, max: 16 }) }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((nodes): Host => {
      let cpu = 0;
      let index = 0;
      return {
        nodes: nodes.map(({ cores }, id) => ({
          id,
          cpus: [{ first: cpu, last: (cpu += cores) - 1 }],
        })),
        gpus: nodes
          .flatMap(({ gpus }, numaNode) =>
            Array.from({ length: gpus }, () => ({ index: index++, name: 'GPU', numaNode })),
          )
          // The order of a listing means nothing.
          .toReversed(),
      };
    });
  const sizes = fc.integer({ min: 1, max: 9 });

  it('uses no GPU twice, makes every replica whole, and leaves less than a replica free', () => {
    fc.assert(
      fc.property(hosts, sizes, (host, gpusPerReplica) => {
        const replicas = planReplicas(host, { gpusPerReplica });
        const used = replicas.flatMap(({ gpus }) => gpus);
        expect(new Set(used).size).toBe(used.length);
        for (const { gpus } of replicas) expect(gpus).toHaveLength(gpusPerReplica);
        expect(host.gpus.length - used.length).toBeLessThan(gpusPerReplica);
      }),
    );
  });

  it('gives replicas of one node CPUs of that node, none of them twice', () => {
    fc.assert(
      fc.property(hosts, sizes, (host, gpusPerReplica) => {
        const cpus = planReplicas(host, { gpusPerReplica })
          .filter(({ numaNodes }) => numaNodes.length === 1)
          .flatMap((placement) =>
            placement.cpus.flatMap(({ first, last }) =>
              Array.from({ length: last - first + 1 }, (_, step) => first + step),
            ),
          );
        expect(new Set(cpus).size).toBe(cpus.length);
      }),
    );
  });

  it('crosses nodes only where no node has room for one more replica', () => {
    fc.assert(
      fc.property(hosts, sizes, (host, gpusPerReplica) => {
        const replicas = planReplicas(host, { gpusPerReplica });
        for (const { id } of host.nodes) {
          const own = host.gpus.filter(({ numaNode }) => numaNode === id).length;
          const inside = replicas.filter(({ numaNodes }) => numaNodes.join() === String(id));
          expect(inside.length).toBeGreaterThanOrEqual(Math.floor(own / gpusPerReplica));
        }
      }),
    );
  });

  it('needs at least one GPU a replica', () => {
    expect(() => planReplicas(publishedHost, { gpusPerReplica: 0 })).toThrow('a replica has a GPU');
    expect(() => planReplicas(publishedHost, { gpusPerReplica: 1.5 })).toThrow();
    expect(plan(9)).toEqual([]);
  });
});

describe('a CPU list', () => {
  it('is written as the kernel writes it', () => {
    expect(
      cpuListText([
        { first: 0, last: 3 },
        { first: 8, last: 8 },
      ]),
    ).toBe('0-3,8');
    expect(cpuListText([])).toBe('');
  });
});
