import assert from 'node:assert/strict';

import type { CpuRange } from './cpu-list.ts';
import { cpuRanges } from './cpu-list.ts';
import type { Host, NumaNode } from './host.ts';
import type { Accelerator } from './placement/accelerators.ts';
import { acceleratorsOf } from './placement/accelerators.ts';
import type { CoreClaim, CoreShares } from './placement/core-shares.ts';
import { shareCores } from './placement/core-shares.ts';
import { groupByBonds } from './placement/grouping.ts';
import { placementReasons } from './placement/reasons.ts';
import { UsableNodes } from './placement/usable-nodes.ts';

export type { CpuRange } from './cpu-list.ts';
export { cpuListText } from './cpu-list.ts';

/** Where one replica runs, and why there. */
export interface ReplicaPlacement {
  readonly replica: number;
  readonly accelerators: readonly Accelerator[];
  /** Where its GPUs are, ascending: more than one where no node has enough of them, none where nobody knows. */
  readonly numaNodes: readonly number[];
  /** Whole cores, or all that is allowed of them, and nobody else's. Empty where the host tells no cores. */
  readonly cpus: readonly CpuRange[];
  readonly memoryNodes: readonly number[];
  readonly reasons: readonly string[];
}

/** Where everything on a host runs. */
export interface Placement {
  readonly replicas: readonly ReplicaPlacement[];
  /** CPUs kept back on the nodes of the replicas: for the gateway, the network cards and the system. */
  readonly reservedCpus: readonly CpuRange[];
  /** What would be better and cannot be had, a sentence each. */
  readonly givenUp: readonly string[];
}

/** How large the replicas are, and how many. */
export interface PlacementOptions {
  /** GPUs of one replica, 1 or more. */
  readonly gpusPerReplica: number;
  /** As many as there are GPUs for, unless given. */
  readonly replicasMax?: number;
  /** Cores of each node that no replica gets; a sixteenth, 8 at most, unless given. */
  readonly reservedCores?: number;
  /** Whether a GPU of that memory has room for its part; all have, unless given. */
  readonly holds?: (memoryMib: number | undefined) => boolean;
}

/**
 * As many replicas as the host has GPUs for. A replica stays on one node where it fits, there among GPUs that
 * NVLink joins, and there under one PCI root; what the nodes have left over is put together across them. The cores
 * of a node are dealt out among its replicas; where they are too few for one each, there are fewer replicas.
 */
export function placeReplicas(host: Host, options: PlacementOptions): Placement {
  const { gpusPerReplica, replicasMax = Infinity, reservedCores, holds = () => true } = options;
  assert(Number.isInteger(gpusPerReplica) && gpusPerReplica >= 1, 'a replica has a GPU');
  const { usable: sound, leftOut } = acceleratorsOf(host, gpusPerReplica);
  const usable = sound.filter(({ memoryMib }) => holds(memoryMib));
  const { groups, rest } = groupByBonds(usable, gpusPerReplica, [
    ({ gpu }) => gpu.numaNode,
    ({ island }) => island,
    ({ gpu }) => gpu.pciRoot,
  ]);
  const nodes = new UsableNodes(host);
  const wanted = groups.slice(0, replicasMax);
  const dealt = dealCores(wanted, nodes, reservedCores);
  const replicas = dealt.groups.map((group, replica) =>
    placed(group, replica, nodes, dealt.shares),
  );
  return {
    replicas,
    reservedCpus: cpuRanges([...dealt.shares.values()].flatMap(({ reserved }) => reserved.flat())),
    givenUp: [
      ...leftOut,
      ...tooSmall(sound.filter((each) => !usable.includes(each))),
      ...coresMissing(wanted.length - dealt.groups.length),
      ...crossings(replicas),
      ...strangers(replicas),
      ...idle(rest, gpusPerReplica),
      ...strangeNodes(usable, nodes),
    ],
  };
}

type Group = readonly Accelerator[];
type SharesByNode = ReadonlyMap<number, CoreShares>;

interface Dealt {
  readonly groups: readonly Group[];
  readonly shares: SharesByNode;
}

/** Deals the cores of all nodes; the last group without a core is taken out until each that is left has one. */
function dealCores(
  wanted: readonly Group[],
  nodes: UsableNodes,
  reserved: number | undefined,
): Dealt {
  let groups = wanted;
  for (;;) {
    const shares = sharesAmong(groups, nodes, reserved);
    const without = groups.findLastIndex((_, replica) => coresOf(replica, shares).length === 0);
    if (without === -1 || nodes.coresFor(undefined).length === 0) return { groups, shares };
    groups = groups.toSpliced(without, 1);
  }
}

function sharesAmong(
  groups: readonly Group[],
  nodes: UsableNodes,
  reserved: number | undefined,
): SharesByNode {
  const shares = new Map<number, CoreShares>();
  for (const node of nodes.all) {
    const claims = groups.flatMap((group, replica): CoreClaim[] => {
      const weight = group.filter(({ gpu }) => nodes.coresFor(gpu.numaNode).includes(node)).length;
      return weight === 0 ? [] : [{ replica, weight }];
    });
    if (claims.length > 0) shares.set(node.id, shareCores(node.cores, claims, reserved));
  }
  return shares;
}

function coresOf(replica: number, shares: SharesByNode): readonly (readonly number[])[] {
  return [...shares.values()].flatMap(({ byReplica }) => byReplica.get(replica) ?? []);
}

function placed(
  accelerators: Group,
  replica: number,
  nodes: UsableNodes,
  shares: SharesByNode,
): ReplicaPlacement {
  const told = accelerators.flatMap(({ gpu }) => gpu.numaNode ?? []);
  const onlyNode = nodes.all.length === 1 ? nodes.all : [];
  const numaNodes = told.length === 0 ? ids(onlyNode) : ascending(told);
  const memoryNodes = ids(accelerators.flatMap(({ gpu }) => nodes.memoryFor(gpu.numaNode)));
  const cores = coresOf(replica, shares);
  return {
    replica,
    accelerators,
    numaNodes,
    cpus: cpuRanges(cores.flat()),
    memoryNodes,
    reasons: placementReasons({ accelerators, numaNodes, memoryNodes, cores }),
  };
}

function ids(nodes: readonly NumaNode[]): readonly number[] {
  return ascending(nodes.map(({ id }) => id));
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].toSorted((one, other) => one - other);
}

function tooSmall(small: Group): readonly string[] {
  return small.map(
    ({ visibleAs, memoryMib }) =>
      `GPU ${visibleAs} is left out: its ${memoryMib} MiB are too little`,
  );
}

function coresMissing(replicas: number): readonly string[] {
  if (replicas === 0) return [];
  const subject = replicas === 1 ? '1 replica has' : `${replicas} replicas have`;
  return [`${subject} GPUs but no core of its own, and is not planned: allow more CPUs`];
}

function crossings(replicas: readonly ReplicaPlacement[]): readonly string[] {
  return replicas
    .filter(({ numaNodes }) => numaNodes.length > 1)
    .map(
      ({ replica, numaNodes }) =>
        `replica ${replica} crosses nodes ${numaNodes.join(', ')}: part of its memory is always remote`,
    );
}

function strangers(replicas: readonly ReplicaPlacement[]): readonly string[] {
  return replicas
    .filter(({ accelerators }) =>
      accelerators.some(({ gpu: { closedPeers = [] } }) =>
        accelerators.some(({ gpu: { index } }) => closedPeers.includes(index)),
      ),
    )
    .map(
      ({ replica }) =>
        `replica ${replica} has GPUs that cannot read each other's memory: what they exchange goes through the host's`,
    );
}

function idle(rest: Group, gpusPerReplica: number): readonly string[] {
  if (rest.length === 0) return [];
  const names = rest.map(({ visibleAs }) => visibleAs).join(', ');
  return [`GPUs too few for a replica of ${gpusPerReplica} stay idle: ${names}`];
}

/** GPUs whose own node has no core that may be used. */
function strangeNodes(usable: Group, nodes: UsableNodes): readonly string[] {
  const told = ascending(usable.flatMap(({ gpu }) => gpu.numaNode ?? []));
  return told
    .filter((id) => !nodes.coresFor(id).some((node) => node.id === id))
    .map((id) => {
      const those = ids(nodes.coresFor(id)).join(', ');
      const instead = those === '' ? 'none is known' : `those of node ${those} serve its GPUs`;
      return `node ${id} has no CPU that may be used: ${instead}`;
    });
}
