import type { Host, NumaNode } from './host.ts';

const NODE_CORES = 96;
const NODES = 2;
const GPUS = Array.from({ length: 8 }, (_, index) => index);

/** The host of the published runs: 8×H100, all joined by NVLink, on two NUMA nodes of 96 cores with two threads each. */
export const publishedHost: Host = {
  gpus: GPUS.map((index) => ({
    index,
    name: 'NVIDIA H100 80GB HBM3',
    numaNode: index < GPUS.length / NODES ? 0 : 1,
    memoryMib: 81_559,
    nvlinkPeers: GPUS.filter((peer) => peer !== index),
  })),
  nodes: [nodeOf(0), nodeOf(1)],
};

/** The second threads of all cores are counted after the first ones, as Linux does on such machines. */
function nodeOf(id: number): NumaNode {
  return {
    id,
    cores: Array.from({ length: NODE_CORES }, (_, core) => {
      const cpu = id * NODE_CORES + core;
      return [cpu, cpu + NODES * NODE_CORES];
    }),
    hasMemory: true,
    distances: Object.fromEntries([0, 1].map((other) => [other, other === id ? 10 : 21])),
  };
}
