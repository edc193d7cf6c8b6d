import { parseCpuList } from './cpu-list-text.ts';
import type { SystemFiles } from './system-files.ts';

/** A NUMA node as the kernel describes it. */
export interface KernelNode {
  readonly id: number;
  /** The CPUs of each core; none on a node of memory alone. */
  readonly cores: readonly (readonly number[])[];
  readonly hasMemory: boolean;
  /** How far each node's memory is, by its id; 10 is the own. */
  readonly distances: Readonly<Record<string, number>>;
}

const NODES = 'sys/devices/system/node';
const CPUS = 'sys/devices/system/cpu';

/** The nodes that are online. A kernel without NUMA has one, with every CPU; one that tells no CPU has none. */
export function readNumaNodes(files: SystemFiles): readonly KernelNode[] {
  const ids = parseCpuList(files.text(`${NODES}/online`) ?? '');
  if (ids.length === 0) {
    const cores = coresAmong(parseCpuList(files.text(`${CPUS}/online`) ?? ''), files);
    return cores.length === 0 ? [] : [{ id: 0, cores, hasMemory: true, distances: {} }];
  }
  const withMemory = files.text(`${NODES}/has_memory`) ?? files.text(`${NODES}/has_normal_memory`);
  const memory = new Set(withMemory === undefined ? ids : parseCpuList(withMemory));
  return ids.map((id) => ({
    id,
    cores: coresAmong(parseCpuList(files.text(`${NODES}/node${id}/cpulist`) ?? ''), files),
    hasMemory: memory.has(id),
    distances: distancesFrom(files.text(`${NODES}/node${id}/distance`), ids),
  }));
}

/** CPUs by the cores that they are threads of; each is a core where the kernel does not tell. */
function coresAmong(cpus: readonly number[], files: SystemFiles): readonly (readonly number[])[] {
  const own = new Set(cpus);
  const cores = new Map<number, readonly number[]>();
  for (const cpu of cpus) {
    const threads = parseCpuList(
      files.text(`${CPUS}/cpu${cpu}/topology/thread_siblings_list`) ?? '',
    );
    const core = threads.filter((thread) => own.has(thread));
    cores.set(core[0] ?? cpu, core.length === 0 ? [cpu] : core);
  }
  return [...cores.values()];
}

function distancesFrom(
  text: string | undefined,
  ids: readonly number[],
): Readonly<Record<string, number>> {
  const numbers = text?.trim().split(/\s+/u).map(Number) ?? [];
  return Object.fromEntries(ids.flatMap((id, at) => (numbers[at] ? [[id, numbers[at]]] : [])));
}
