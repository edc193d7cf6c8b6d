/** A run of CPUs, both ends included. */
export interface CpuRange {
  readonly first: number;
  readonly last: number;
}

/** CPUs as ascending ranges that do not touch; the order given and repetitions mean nothing. */
export function cpuRanges(cpus: Iterable<number>): readonly CpuRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const cpu of [...new Set(cpus)].toSorted((one, other) => one - other)) {
    const open = ranges.at(-1);
    if (open !== undefined && open.last + 1 === cpu) open.last = cpu;
    else ranges.push({ first: cpu, last: cpu });
  }
  return ranges;
}

/** CPUs as the kernel writes them: `0-95,192-287`. */
export function cpuListText(cpus: readonly CpuRange[]): string {
  return cpus
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    .join(',');
}
