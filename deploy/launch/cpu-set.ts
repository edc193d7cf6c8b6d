import type { CpuRange } from '../placement.ts';

/** Reads a list as the kernel writes it, such as `0-95,192-287`. Throws `RangeError` for anything else. */
export function parseCpuList(text: string): readonly CpuRange[] {
  if (text.trim() === '') return [];
  return text
    .trim()
    .split(',')
    .map((part) => {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      const range = { first: Number(first), last: Number(last) };
      if (first !== undefined && range.first <= range.last) return range;
      throw new RangeError(`'${text}' is no list of CPUs such as 0-95,192-287`);
    });
}

/** All that stands in one of the lists, ascending, neighbours joined. */
export function unionOf(ranges: readonly CpuRange[]): readonly CpuRange[] {
  const union: CpuRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.first - other.first)) {
    const last = union.at(-1);
    if (last === undefined || range.first > last.last + 1) union.push(range);
    else union[union.length - 1] = { first: last.first, last: Math.max(last.last, range.last) };
  }
  return union;
}

/** Whether everything of `inner` stands in `outer` too. */
export function isWithin(inner: readonly CpuRange[], outer: readonly CpuRange[]): boolean {
  const whole = unionOf(outer);
  return inner.every(({ first, last }) =>
    whole.some((range) => range.first <= first && last <= range.last),
  );
}
