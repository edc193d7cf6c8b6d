/** What many gaps come to, in milliseconds. */
export interface GapFigures {
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
}

/** Figures over gaps; `undefined` where there is none. */
export function gapFigures(gapsMs: readonly number[]): GapFigures | undefined {
  const sorted = gapsMs.toSorted((one, other) => one - other);
  const longest = sorted.at(-1);
  if (longest === undefined) return undefined;
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? longest;
  return { median: at(0.5), p95: at(0.95), longest };
}

/** The longest gap of each of at most `bars` equal runs of gaps, in order: what a plot of that many bars shows. */
export function gapBars(gapsMs: readonly number[], bars: number): readonly number[] {
  if (gapsMs.length <= bars) return gapsMs;
  return Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * gapsMs.length) / bars);
    const to = Math.floor(((bar + 1) * gapsMs.length) / bars);
    return Math.max(...gapsMs.slice(from, to));
  });
}
