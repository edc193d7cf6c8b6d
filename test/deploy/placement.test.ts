import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Gpu, Host } from '../../deploy/host.ts';
import { cpuListText, placeReplicas } from '../../deploy/placement.ts';
import type { PlacementOptions } from '../../deploy/placement.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { cpusOf, randomHosts, shuffled } from '../support/hosts.ts';

const place = (
  gpusPerReplica: number,
  host: Host = publishedHost,
  options: Partial<PlacementOptions> = {},
) =>
  placeReplicas(host, { gpusPerReplica, ...options }).replicas.map(
    ({ accelerators, numaNodes, cpus, memoryNodes }) => ({
      gpus: accelerators.map(({ visibleAs }) => visibleAs).join(' '),
      nodes: numaNodes.join(' '),
      cpus: cpuListText(cpus),
      memory: memoryNodes.join(' '),
    }),
  );

describe('the placement on the published host', () => {
  it('is two replicas of four GPUs, one a node, with all cores of it but six', () => {
    expect(place(4)).toEqual([
      { gpus: '0 1 2 3', nodes: '0', cpus: '6-95,198-287', memory: '0' },
      { gpus: '4 5 6 7', nodes: '1', cpus: '102-191,294-383', memory: '1' },
    ]);
    expect(cpuListText(placeReplicas(publishedHost, { gpusPerReplica: 4 }).reservedCpus)).toBe(
      '0-5,96-101,192-197,288-293',
    );
  });

  it('is one replica of eight GPUs, which crosses nodes and says so', () => {
    const { replicas, givenUp } = placeReplicas(publishedHost, { gpusPerReplica: 8 });

    expect(place(8)).toEqual([
      {
        gpus: '0 1 2 3 4 5 6 7',
        nodes: '0 1',
        cpus: '6-95,102-191,198-287,294-383',
        memory: '0 1',
      },
    ]);
    expect(replicas[0]?.reasons[0]).toBe('no node has 8 GPUs free, so it crosses nodes 0 and 1');
    expect(givenUp).toContain('replica 0 crosses nodes 0, 1: part of its memory is always remote');
  });

  it('shares the cores of a node among its replicas, both threads of a core together', () => {
    expect(place(2, publishedHost, { reservedCores: 0 }).slice(0, 2)).toEqual([
      { gpus: '0 1', nodes: '0', cpus: '0-47,192-239', memory: '0' },
      { gpus: '2 3', nodes: '0', cpus: '48-95,240-287', memory: '0' },
    ]);
  });

  it('puts together across nodes what they have left over', () => {
    expect(place(3).map(({ gpus, nodes }) => [gpus, nodes])).toEqual([
      ['0 1 2', '0'],
      ['4 5 6', '1'],
    ]);
    expect(place(5).map(({ gpus, nodes }) => [gpus, nodes])).toEqual([['0 1 2 3 4', '0 1']]);
  });

  it('says which GPUs stay idle', () => {
    expect(placeReplicas(publishedHost, { gpusPerReplica: 3 }).givenUp).toContain(
      'GPUs too few for a replica of 3 stay idle: 3, 7',
    );
  });

  it('makes no more replicas than are asked for', () => {
    expect(place(2, publishedHost, { replicasMax: 3 })).toHaveLength(3);
  });

  it('needs at least one GPU a replica', () => {
    expect(() => place(0)).toThrow('a replica has a GPU');
    expect(() => place(1.5)).toThrow('a replica has a GPU');
    expect(place(9)).toEqual([]);
  });
});

/** Two cores of one thread on each node, with memory, unless told otherwise. */
function hostOf(gpus: readonly Partial<Gpu>[], facts: Partial<Host> = {}): Host {
  const ids = [...new Set(gpus.map(({ numaNode = 0 }) => numaNode))];
  return {
    gpus: gpus.map((gpu, index) => ({ index, name: 'GPU', ...gpu })),
    nodes: ids.map((id) => ({ id, cores: [[10 * id], [10 * id + 1]], hasMemory: true })),
    ...facts,
  };
}

describe('a placement', () => {
  it('follows the nodes where they are sparse and count against the GPUs', () => {
    const host = hostOf([{ numaNode: 7 }, { numaNode: 5 }, { numaNode: 3 }, { numaNode: 1 }]);

    expect(place(1, host).map(({ nodes, memory }) => [nodes, memory])).toEqual([
      ['7', '7'],
      ['5', '5'],
      ['3', '3'],
      ['1', '1'],
    ]);
  });

  it('keeps together what NVLink joins', () => {
    const host = hostOf([
      { numaNode: 0, nvlinkPeers: [2] },
      { numaNode: 0, nvlinkPeers: [3] },
      { numaNode: 0, nvlinkPeers: [0] },
      { numaNode: 0, nvlinkPeers: [1] },
    ]);

    expect(place(2, host).map(({ gpus }) => gpus)).toEqual(['0 2', '1 3']);
    expect(placeReplicas(host, { gpusPerReplica: 2 }).replicas[0]?.reasons).toContain(
      'NVLink joins them',
    );
  });

  it('keeps together what hangs from one PCI root', () => {
    const roots = ['pci0000:17', 'pci0000:65', 'pci0000:17', 'pci0000:65'];
    const host = hostOf(roots.map((pciRoot) => ({ numaNode: 0, pciRoot })));

    expect(place(2, host).map(({ gpus }) => gpus)).toEqual(['0 2', '1 3']);
    expect(placeReplicas(host, { gpusPerReplica: 2 }).replicas[0]?.reasons).toContain(
      'they share PCI root pci0000:17',
    );
  });

  it('says that GPUs cannot read each other, where they are in one replica', () => {
    const host = hostOf([{ closedPeers: [1] }, { closedPeers: [0] }]);
    const sentence =
      "replica 0 has GPUs that cannot read each other's memory: what they exchange goes through the host's";

    expect(placeReplicas(host, { gpusPerReplica: 2 }).givenUp).toContain(sentence);
    expect(placeReplicas(host, { gpusPerReplica: 1 }).givenUp).toEqual([]);
  });

  it('takes the only node for that of GPUs whose node nobody tells', () => {
    const host = hostOf([{}, {}]);

    expect(place(2, host)).toEqual([{ gpus: '0 1', nodes: '0', cpus: '1', memory: '0' }]);
  });

  it('pins to no node where there are several and nobody tells which', () => {
    const [node] = hostOf([{}]).nodes;
    const nodes = [0, 1].flatMap((id) => (node ? [{ ...node, id, cores: [[id], [id + 2]] }] : []));
    const { replicas } = placeReplicas(hostOf([{}], { nodes }), { gpusPerReplica: 1 });

    expect(replicas[0]).toMatchObject({ numaNodes: [], memoryNodes: [0, 1] });
    expect(replicas[0]?.reasons[0]).toContain('does not tell the node of its GPUs');
  });

  it('takes the nearest cores for GPUs of a node that has only memory', () => {
    const near = { '0': 30, '1': 20, '2': 10 };
    const host = hostOf([{ numaNode: 2 }], {
      nodes: [
        { id: 0, cores: [[0], [1]], hasMemory: true },
        { id: 1, cores: [[2], [3]], hasMemory: true },
        { id: 2, cores: [], hasMemory: true, distances: near },
      ],
    });

    expect(place(1, host)).toEqual([{ gpus: '0', nodes: '2', cpus: '3', memory: '2' }]);
    expect(placeReplicas(host, { gpusPerReplica: 1 }).givenUp).toContain(
      'node 2 has no CPU that may be used: those of node 1 serve its GPUs',
    );
  });

  it('puts memory on an allowed node where its own is forbidden', () => {
    const host = hostOf([{ numaNode: 0 }, { numaNode: 1 }], { allowed: { memoryNodes: [1] } });
    const [first] = placeReplicas(host, { gpusPerReplica: 1 }).replicas;

    expect(first?.memoryNodes).toEqual([1]);
    expect(first?.reasons[0]).toBe('its GPUs are on node 0, and its memory on node 1');
  });

  it('leaves out replicas for which no core is left', () => {
    const host = hostOf([{}, {}, {}]);

    expect(place(1, host).map(({ cpus }) => cpus)).toEqual(['0', '1']);
    expect(placeReplicas(host, { gpusPerReplica: 1 }).givenUp).toContain(
      '1 replica has GPUs but no core of its own, and is not planned: allow more CPUs',
    );
  });

  it('is made without CPUs where the host tells of none', () => {
    expect(place(1, hostOf([{}], { nodes: [] }))).toEqual([
      { gpus: '0', nodes: '', cpus: '', memory: '' },
    ]);
  });

  it('leaves out GPUs that are too small', () => {
    const host = hostOf([{ memoryMib: 1000 }, { memoryMib: 2000 }]);
    const holds = (memoryMib = 0): boolean => memoryMib > 1000;
    const { replicas, givenUp } = placeReplicas(host, { gpusPerReplica: 1, holds });

    expect(replicas).toHaveLength(1);
    expect(givenUp).toContain('GPU 0 is left out: its 1000 MiB are too little');
  });
});

describe('the placement on any host', () => {
  const options = fc.record({
    gpusPerReplica: fc.integer({ min: 1, max: 9 }),
    reservedCores: fc.option(fc.nat(4), { nil: undefined }),
  });

  it('uses no GPU and no CPU twice, and only what is there, sound and allowed', () => {
    fc.assert(
      fc.property(randomHosts, options, (host, { gpusPerReplica, reservedCores }) => {
        const own = { gpusPerReplica, ...(reservedCores !== undefined && { reservedCores }) };
        const { replicas, reservedCpus } = placeReplicas(host, own);
        const used = replicas.flatMap(({ accelerators }) => accelerators);
        expect(new Set(used.map(({ visibleAs }) => visibleAs)).size).toBe(used.length);
        for (const { gpu } of used) {
          expect(host.gpus).toContain(gpu);
          expect(gpu.fault).toBeUndefined();
        }
        for (const { accelerators } of replicas) expect(accelerators).toHaveLength(gpusPerReplica);

        const cpus = [...replicas.flatMap((each) => cpusOf(each.cpus)), ...cpusOf(reservedCpus)];
        const known = new Set(host.nodes.flatMap(({ cores }) => cores.flat()));
        const allowed = new Set(host.allowed?.cpus ?? known);
        expect(new Set(cpus).size).toBe(cpus.length);
        for (const cpu of cpus) expect(known.has(cpu) && allowed.has(cpu)).toBe(true);

        const memory = new Set(host.allowed?.memoryNodes ?? host.nodes.map(({ id }) => id));
        for (const { memoryNodes } of replicas) {
          for (const id of memoryNodes) expect(memory.has(id)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  it('does not depend on the order in which the host lists its parts', () => {
    fc.assert(
      fc.property(randomHosts, options, fc.nat(), (host, { gpusPerReplica }, seed) => {
        expect(placeReplicas(shuffled(host, seed), { gpusPerReplica })).toEqual(
          placeReplicas(host, { gpusPerReplica }),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('gives every replica whole cores of its own, as long as the host tells of any', () => {
    fc.assert(
      fc.property(randomHosts, options, (host, { gpusPerReplica }) => {
        const { replicas } = placeReplicas(host, { gpusPerReplica });
        const allowed = new Set(
          host.allowed?.cpus ?? host.nodes.flatMap((node) => node.cores.flat()),
        );
        const cores = host.nodes.flatMap((node) => node.cores);
        for (const { cpus } of replicas) {
          const own = new Set(cpusOf(cpus));
          if (cores.flat().some((cpu) => allowed.has(cpu))) expect(own.size).toBeGreaterThan(0);
          const touched = cores.filter((core) => core.some((cpu) => own.has(cpu)));
          const whole = touched.flat().filter((cpu) => allowed.has(cpu));
          expect(own).toEqual(new Set(whole));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('crosses nodes only where no node has room for one more replica', () => {
    fc.assert(
      fc.property(randomHosts, options, (host, { gpusPerReplica }) => {
        const { replicas } = placeReplicas({ ...host, nodes: [] }, { gpusPerReplica });
        for (const { id } of host.nodes) {
          const own = host.gpus.filter(
            ({ numaNode, fault, migDevices }) =>
              numaNode === id && fault === undefined && migDevices === undefined,
          ).length;
          const inside = replicas.filter(({ numaNodes }) => numaNodes.join() === String(id));
          expect(inside.length).toBeGreaterThanOrEqual(Math.floor(own / gpusPerReplica));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
