import fc from 'fast-check';

import type { CpuRange } from '../../deploy/cpu-list.ts';
import type { Gpu, Host, NumaNode } from '../../deploy/host.ts';
import { seededRandom } from './chance.ts';

/** The CPUs of ranges, one by one. */
export function cpusOf(ranges: readonly CpuRange[]): number[] {
  return ranges.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, step) => first + step),
  );
}

/** The same host with its lists in another order. */
export function shuffled(host: Host, seed: number): Host {
  const random = seededRandom(seed);
  const mixed = <Item>(items: readonly Item[]): Item[] =>
    items
      .map((item) => ({ item, key: random() }))
      .toSorted((one, other) => one.key - other.key)
      .map(({ item }) => item);
  return {
    ...host,
    gpus: mixed(host.gpus),
    nodes: mixed(host.nodes).map((node) => ({ ...node, cores: mixed(node.cores) })),
  };
}

const gpuFacts = fc.record({
  /** Which of the nodes, the first past the end being none. */
  node: fc.nat(4),
  root: fc.nat(3),
  island: fc.nat(2),
  memoryMib: fc.constantFrom(24_564, 81_559, 143_771),
  mig: fc.nat(3),
  rare: fc.nat(9),
});

const nodeFacts = fc.record({
  cores: fc.nat(6),
  threads: fc.integer({ min: 1, max: 2 }),
  hasMemory: fc.constantFrom(true, true, true, false),
});

/** Hosts of all kinds: sparse and reversed nodes, memory alone, one socket, MIG, faults, limits, islands and roots. */
export const randomHosts: fc.Arbitrary<Host> = fc
  .record({
    ids: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }),
    nodes: fc.array(nodeFacts, { minLength: 4, maxLength: 4 }),
    gpus: fc.array(gpuFacts, { maxLength: 16 }),
    allowedShare: fc.constantFrom(1, 1, 0.5, 0.1),
    allowedNodes: fc.constantFrom(4, 4, 1),
    seed: fc.nat(),
  })
  .map(({ ids, nodes: facts, gpus, allowedShare, allowedNodes, seed }): Host => {
    const random = seededRandom(seed);
    const nodes = nodesOf(ids, facts);
    const host: Host = { nodes, gpus: gpus.map((gpu, index) => gpuOf(gpu, index, gpus, ids)) };
    if (allowedShare === 1) return host;
    const known = nodes.flatMap(({ cores }) => cores.flat()).toSorted((one, other) => one - other);
    const cpus = known.filter(() => random() < allowedShare);
    return { ...host, allowed: { cpus, memoryNodes: ids.slice(0, allowedNodes) } };
  });

type NodeFacts = typeof nodeFacts extends fc.Arbitrary<infer Facts> ? Facts : never;
type GpuFacts = typeof gpuFacts extends fc.Arbitrary<infer Facts> ? Facts : never;

/** Second threads are counted after all first ones. */
function nodesOf(ids: readonly number[], facts: readonly NodeFacts[]): NumaNode[] {
  const all = ids.reduce((sum, _, place) => sum + (facts[place]?.cores ?? 0), 0);
  let next = 0;
  return ids.map((id, place) => {
    const { cores = 0, threads = 1, hasMemory = true } = facts[place] ?? {};
    const first = next;
    next += cores;
    return {
      id,
      hasMemory,
      cores: Array.from({ length: cores }, (_, core) =>
        Array.from({ length: threads }, (_each, thread) => first + core + thread * all),
      ),
      distances: Object.fromEntries(
        ids.map((other) => [other, other === id ? 10 : 20 + Math.abs(other - id)]),
      ),
    };
  });
}

function gpuOf(
  { node, root, island, memoryMib, mig, rare }: GpuFacts,
  index: number,
  all: readonly GpuFacts[],
  ids: readonly number[],
): Gpu {
  const numaNode = ids[node];
  const peers = all.flatMap((other, peer) =>
    peer !== index && other.island === island && island > 0 ? [peer] : [],
  );
  return {
    index,
    name: 'GPU',
    uuid: `GPU-${index}`,
    memoryMib,
    pciRoot: `pci0000:${root}`,
    nvlinkPeers: peers,
    ...(numaNode !== undefined && { numaNode }),
    ...(rare === 0 && { fault: 'it needs a reset' }),
    ...(rare === 1 && {
      migDevices: Array.from({ length: mig }, (_, part) => ({
        uuid: `MIG-${index}-${part}`,
        profile: '1g.10gb',
        memoryMib: 9856,
      })),
    }),
  };
}
