import type { Accelerator } from './accelerators.ts';

/** What the reasons of a placement are drawn from. */
export interface PlacementFacts {
  readonly accelerators: readonly Accelerator[];
  readonly numaNodes: readonly number[];
  readonly memoryNodes: readonly number[];
  /** The CPUs of each core that is the replica's. */
  readonly cores: readonly (readonly number[])[];
}

/** Why a replica is where it is: its node, what joins its GPUs, and its share of cores. */
export function placementReasons(facts: PlacementFacts): readonly string[] {
  return [nodeReason(facts), ...bondReason(facts.accelerators), ...coreReason(facts.cores)];
}

function nodeReason({ accelerators, numaNodes, memoryNodes }: PlacementFacts): string {
  const [node, ...others] = numaNodes;
  if (node === undefined)
    return 'the host does not tell the node of its GPUs, so no node is its own';
  if (others.length > 0) {
    return `no node has ${accelerators.length} GPUs free, so it crosses nodes ${numaNodes.join(' and ')}`;
  }
  if (memoryNodes.length === 1 && memoryNodes[0] === node) {
    return `its GPUs and memory are on node ${node}`;
  }
  const memory = memoryNodes.length === 0 ? 'no node' : `node ${memoryNodes.join(', ')}`;
  return `its GPUs are on node ${node}, and its memory on ${memory}`;
}

function bondReason(accelerators: readonly Accelerator[]): readonly string[] {
  const [first, ...others] = accelerators;
  if (first === undefined) return [];
  if (others.length === 0) return migReason(first);
  const { island, gpu } = first;
  const bonds: string[] = [];
  if (island >= 0 && others.every((other) => other.island === island)) {
    bonds.push('NVLink joins them');
  }
  if (gpu.pciRoot !== undefined && others.every((other) => other.gpu.pciRoot === gpu.pciRoot)) {
    bonds.push(`they share PCI root ${gpu.pciRoot}`);
  }
  return bonds.length === 0 ? [] : [bonds.join(', and ')];
}

function migReason({ gpu, visibleAs }: Accelerator): readonly string[] {
  const device = gpu.migDevices?.find(({ uuid }) => uuid === visibleAs);
  return device === undefined ? [] : [`it is a MIG device ${device.profile} of GPU ${gpu.index}`];
}

function coreReason(cores: readonly (readonly number[])[]): readonly string[] {
  if (cores.length === 0) return [];
  const threads = Math.max(...cores.map((core) => core.length));
  const count = cores.length === 1 ? '1 core is' : `${cores.length} cores are`;
  return [threads === 1 ? `${count} its own` : `${count} its own, with ${threads} threads each`];
}
