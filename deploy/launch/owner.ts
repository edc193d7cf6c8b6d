import { readProcess } from './process-table.ts';

/** The process that a launcher runs its replicas for. */
export interface Owner {
  readonly pid: number;
  /** When it started, in ticks since boot: tells it from a later process of the same id. */
  readonly startTicks: number;
}

/** This process, as one that wants replicas. */
export function thisProcess(): Owner {
  const { pid } = process;
  return { pid, startTicks: readProcess(pid)?.startTicks ?? 0 };
}

/** Whether it still runs. */
export function isAlive({ pid, startTicks }: Owner): boolean {
  return readProcess(pid)?.startTicks === startTicks;
}

/** Whether both are one process. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks;
}
