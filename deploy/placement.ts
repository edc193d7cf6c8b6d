import assert from 'node:assert/strict';

/** One GPU of a host. */
export interface Gpu {
  readonly index: number;
  readonly name: string;
  readonly numaNode: number;
}

/** A run of CPUs, both ends included. */
export interface CpuRange {
  readonly first: number;
  readonly last: number;
}

/** One NUMA node. Each range holds one hardware thread of every core, in one order of cores. */
export interface NumaNode {
  readonly id: number;
  readonly cpus: readonly CpuRange[];
}

/** What can be placed on. */
export interface Host {
  readonly gpus: readonly Gpu[];
  readonly nodes: readonly NumaNode[];
}

/** Where one replica runs, and why there. */
export interface ReplicaPlacement {
  readonly replica: number;
  readonly gpus: readonly number[];
  /** More than one where the GPUs of no node suffice. */
  readonly numaNodes: readonly number[];
  readonly cpus: readonly CpuRange[];
  readonly reason: string;
}

/** How large the replicas are. */
export interface PlacementOptions {
  /** GPUs of one replica, 1 or more. */
  readonly gpusPerReplica: number;
}

/** The host of the published runs: 8×H100 on two NUMA nodes of 96 cores with two threads each. */
export const publishedHost: Host = {
  gpus: Array.from({ length: 8 }, (_, index) => ({
    index,
    name: 'NVIDIA H100 80GB HBM3',
    numaNode: index < 4 ? 0 : 1,
  })),
  nodes: [
    {
      id: 0,
      cpus: [
        { first: 0, last: 95 },
        { first: 192, last: 287 },
      ],
    },
    {
      id: 1,
      cpus: [
        { first: 96, last: 191 },
        { first: 288, last: 383 },
      ],
    },
  ],
};

/**
 * As many replicas as the host has GPUs for, in the order of its nodes. A replica stays on one node
 * where it fits; what the nodes have left over is put together across them. GPUs too few for one
 * more replica stay free.
 */
export function planReplicas(
  host: Host,
  { gpusPerReplica }: PlacementOptions,
): readonly ReplicaPlacement[] {
  assert(Number.isInteger(gpusPerReplica) && gpusPerReplica >= 1, 'a replica has a GPU');
  const placed: Omit<ReplicaPlacement, 'replica'>[] = [];
  const leftOver: Gpu[] = [];
  for (const node of host.nodes) {
    const gpus = host.gpus.filter(({ numaNode }) => numaNode === node.id).toSorted(byIndex);
    const whole = Math.floor(gpus.length / gpusPerReplica);
    for (let part = 0; part < whole; part += 1) {
      placed.push({
        gpus: indices(gpus.slice(part * gpusPerReplica, (part + 1) * gpusPerReplica)),
        numaNodes: [node.id],
        cpus: splitCpus(node.cpus, part, whole),
        reason: reasonOnNode(node.id, whole),
      });
    }
    leftOver.push(...gpus.slice(whole * gpusPerReplica));
  }
  for (let at = 0; at + gpusPerReplica <= leftOver.length; at += gpusPerReplica) {
    placed.push(acrossNodes(host, leftOver.slice(at, at + gpusPerReplica)));
  }
  return placed.map((placement, replica) => ({ replica, ...placement }));
}

/** CPUs as the kernel writes them: `0-95,192-287`. */
export function cpuListText(cpus: readonly CpuRange[]): string {
  return cpus
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    .join(',');
}

function acrossNodes(host: Host, gpus: readonly Gpu[]): Omit<ReplicaPlacement, 'replica'> {
  const nodes = host.nodes.filter(({ id }) => gpus.some(({ numaNode }) => numaNode === id));
  return {
    gpus: indices(gpus),
    numaNodes: nodes.map(({ id }) => id),
    cpus: nodes.flatMap(({ cpus }) => cpus),
    reason: `no node has ${gpus.length} GPUs free, so it crosses nodes`,
  };
}

/** One of `parts` equal shares of a node: the same cores of each range, so that threads of a core stay together. */
function splitCpus(cpus: readonly CpuRange[], part: number, parts: number): readonly CpuRange[] {
  return cpus.flatMap(({ first, last }) => {
    const count = last - first + 1;
    const from = first + Math.floor((part * count) / parts);
    const to = first + Math.floor(((part + 1) * count) / parts) - 1;
    return to < from ? [] : [{ first: from, last: to }];
  });
}

function reasonOnNode(id: number, replicas: number): string {
  const share = replicas === 1 ? 'all of its CPUs' : `one of ${replicas} equal shares of its CPUs`;
  return `its GPUs and memory are on node ${id}; ${share}`;
}

function indices(gpus: readonly Gpu[]): readonly number[] {
  return gpus.map(({ index }) => index);
}

function byIndex(one: Gpu, other: Gpu): number {
  return one.index - other.index;
}
