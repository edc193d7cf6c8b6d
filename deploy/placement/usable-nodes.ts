import type { Host, NumaNode } from '../host.ts';

/** The nodes of a host, less what a process may not use of them. */
export class UsableNodes {
  /** Ascending by id. */
  readonly all: readonly NumaNode[];
  readonly #withCores: readonly NumaNode[];
  readonly #withMemory: readonly NumaNode[];

  constructor({ nodes, allowed = {} }: Host) {
    const cpus = allowed.cpus && new Set(allowed.cpus);
    const memory = allowed.memoryNodes && new Set(allowed.memoryNodes);
    this.all = nodes
      .map((node) => ({
        ...node,
        cores: node.cores
          .map((core) => core.filter((cpu) => cpus?.has(cpu) ?? true))
          .filter((core) => core.length > 0),
        hasMemory: node.hasMemory && (memory?.has(node.id) ?? true),
      }))
      .toSorted((one, other) => one.id - other.id);
    this.#withCores = this.all.filter(({ cores }) => cores.length > 0);
    this.#withMemory = this.all.filter(({ hasMemory }) => hasMemory);
  }

  /** The node whose cores serve a GPU of that node: its own, the nearest with cores, or all where nobody knows. */
  coresFor(numaNode: number | undefined): readonly NumaNode[] {
    return this.#servedBy(numaNode, this.#withCores);
  }

  /** The node whose memory serves a GPU of that node, likewise. */
  memoryFor(numaNode: number | undefined): readonly NumaNode[] {
    return this.#servedBy(numaNode, this.#withMemory);
  }

  #servedBy(numaNode: number | undefined, able: readonly NumaNode[]): readonly NumaNode[] {
    if (able.length <= 1) return able;
    const home = this.all.find(({ id }) => id === numaNode);
    if (home === undefined) return able;
    const distance = ({ id }: NumaNode): number =>
      id === home.id ? 0 : (home.distances?.[id] ?? Infinity);
    return [able.reduce((best, node) => (distance(node) < distance(best) ? node : best))];
  }
}
