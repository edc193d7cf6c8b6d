import { readdirSync, readFileSync } from 'node:fs';

import type { CpuRange } from '../placement.ts';
import { cpuListText } from '../placement.ts';
import { isWithin, parseCpuList, unionOf } from './cpu-set.ts';

/** Where the threads of a replica may run, as the kernel says. */
export interface Affinity {
  readonly threads: number;
  /** CPUs of all threads together, as `0-95,192-287`. */
  readonly cpus: string;
  /** NUMA nodes that their cpuset lets them take memory from, as `0-1`. */
  readonly memoryNodes: string;
  /** Threads that may run on a CPU that was not planned for them. */
  readonly strayThreads: number;
}

/** Asks the kernel for every thread of the processes. `planned` without a CPU plans nothing: no thread strays. */
export function readAffinity(pids: readonly number[], planned: readonly CpuRange[]): Affinity {
  const cpuLists = new Map<string, number>();
  const nodeLists = new Set<string>();
  for (const status of pids.flatMap(threadStatuses)) {
    const cpus = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
    const nodes = /^Mems_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
    if (cpus !== undefined) cpuLists.set(cpus, (cpuLists.get(cpus) ?? 0) + 1);
    if (nodes !== undefined) nodeLists.add(nodes);
  }
  let threads = 0;
  let strayThreads = 0;
  for (const [list, count] of cpuLists) {
    threads += count;
    if (planned.length > 0 && !isWithin(parseCpuList(list), planned)) strayThreads += count;
  }
  return {
    threads,
    cpus: cpuListText(unionOf([...cpuLists.keys()].flatMap(parseCpuList))),
    memoryNodes: cpuListText(unionOf([...nodeLists].flatMap(parseCpuList))),
    strayThreads,
  };
}

function threadStatuses(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).flatMap((thread) => {
      try {
        return [readFileSync(`${tasks}/${thread}/status`, 'utf8')];
      } catch {
        // The thread has ended between the two looks.
        return [];
      }
    });
  } catch {
    // The process has.
    return [];
  }
}
