import { parseCpuList } from './cpu-list-text.ts';
import type { SystemFiles } from './system-files.ts';

/** The CPUs and memory nodes that this process, and so what it starts, may use; absent where nobody tells. */
export interface AllowedSet {
  readonly cpus?: readonly number[];
  readonly memoryNodes?: readonly number[];
  /** CPU time that the control group grants, in CPUs; absent where it is not limited. */
  readonly cpuQuota?: number;
}

/** Reads what the kernel says of this process, and what its control group grants. */
export function readAllowedSet(files: SystemFiles): AllowedSet {
  const status = files.text('proc/self/status') ?? '';
  const group = controlGroup(files);
  const cpus = narrowed([
    statusList(status, 'Cpus_allowed_list'),
    files.text(`${group}/cpuset.cpus.effective`),
  ]);
  const memoryNodes = narrowed([
    statusList(status, 'Mems_allowed_list'),
    files.text(`${group}/cpuset.mems.effective`),
  ]);
  const cpuQuota = quotaIn(files.text(`${group}/cpu.max`));
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memoryNodes !== undefined && { memoryNodes }),
    ...(cpuQuota !== undefined && { cpuQuota }),
  };
}

/** The folder of the process's group in the one hierarchy; older, split ones show in the process's own lists. */
function controlGroup(files: SystemFiles): string {
  const path = /^0::(\/.*)$/mu.exec(files.text('proc/self/cgroup') ?? '')?.[1] ?? '/';
  return `sys/fs/cgroup${path === '/' ? '' : path}`;
}

function statusList(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'mu').exec(status)?.[1];
}

/** What stands in every list that is there and not empty. */
function narrowed(lists: readonly (string | undefined)[]): readonly number[] | undefined {
  const sets = lists.map((list) => parseCpuList(list ?? '')).filter((list) => list.length > 0);
  if (sets.length === 0) return undefined;
  return sets.reduce((all, set) => all.filter((number) => set.includes(number)));
}

/** `200000 100000` is the time of two CPUs; `max 100000` is all of them. */
function quotaIn(text: string | undefined): number | undefined {
  const [quota, period] = text?.split(' ').map(Number) ?? [];
  const cpus = (quota ?? NaN) / (period ?? NaN);
  return Number.isNaN(cpus) ? undefined : cpus;
}
