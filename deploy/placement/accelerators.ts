import type { Gpu, Host } from '../host.ts';

/** What one rank of a replica runs on: a whole GPU, or a MIG device of one. */
export interface Accelerator {
  readonly gpu: Gpu;
  /** As `CUDA_VISIBLE_DEVICES` takes it: a UUID, or the index where no UUID tells the GPUs apart. */
  readonly visibleAs: string;
  readonly memoryMib?: number;
  /** GPUs of one island reach each other over NVLink; -1 holds those that reach none. */
  readonly island: number;
}

/** The accelerators that replicas can be put on, and a sentence on each that they cannot. */
export interface Accelerators {
  readonly usable: readonly Accelerator[];
  readonly leftOut: readonly string[];
}

/**
 * The accelerators of a host for replicas of so many ranks, in the order of their indices. A MIG device runs one
 * rank alone, since it reaches no other.
 */
export function acceleratorsOf(host: Host, ranks: number): Accelerators {
  const gpus = host.gpus.toSorted((one, other) => one.index - other.index);
  const sound = gpus.filter(({ fault }) => fault === undefined);
  const islands = islandsOf(sound);
  const uuids = new Set(sound.map(({ uuid }) => uuid));
  const named = uuids.size === sound.length && !uuids.has(undefined);
  const usable: Accelerator[] = [];
  const leftOut = gpus
    .filter(({ fault }) => fault !== undefined)
    .map(({ index, fault }) => `GPU ${index} is left out: ${fault}`);
  for (const gpu of sound) {
    const { index, uuid, migDevices, memoryMib } = gpu;
    const island = islands.get(index) ?? NO_ISLAND;
    if (migDevices === undefined) {
      const visibleAs = named && uuid !== undefined ? uuid : String(index);
      usable.push({ gpu, visibleAs, island, ...(memoryMib !== undefined && { memoryMib }) });
    } else if (migDevices.length === 0) {
      leftOut.push(`GPU ${index} is left out: MIG is on and has no devices`);
    } else if (ranks > 1) {
      leftOut.push(`GPU ${index} is left out: its MIG devices cannot reach each other`);
    } else {
      for (const device of migDevices) {
        const own = device.memoryMib;
        const part = { gpu, visibleAs: device.uuid, island: NO_ISLAND };
        usable.push({ ...part, ...(own !== undefined && { memoryMib: own }) });
      }
    }
  }
  return { usable, leftOut };
}

const NO_ISLAND = -1;

/** The least index of all GPUs that a GPU is joined with, for those that are joined with any. */
function islandsOf(gpus: readonly Gpu[]): ReadonlyMap<number, number> {
  const byIndex = new Map(gpus.map((gpu) => [gpu.index, gpu]));
  const islands = new Map<number, number>();
  for (const { index, nvlinkPeers = [] } of gpus) {
    if (islands.has(index) || !nvlinkPeers.some((peer) => byIndex.has(peer))) continue;
    const open = [index];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (islands.has(next)) continue;
      islands.set(next, index);
      open.push(...(byIndex.get(next)?.nvlinkPeers ?? []).filter((peer) => byIndex.has(peer)));
    }
  }
  return islands;
}
