/** Linux has no more CPUs than this in any configuration. */
const CPUS_MAX = 8192;

/** The CPUs or nodes of a list as the kernel writes it, `0-3,8`, ascending; what is no such list, or beyond any machine, is left out. */
export function parseCpuList(text: string): readonly number[] {
  const numbers = new Set<number>();
  for (const part of text.trim().split(',')) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/u.exec(part);
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Math.min(Number(match[2] ?? first), CPUS_MAX - 1);
    for (let number = first; number <= last; number += 1) numbers.add(number);
  }
  return [...numbers].toSorted((one, other) => one - other);
}
