/** Upper bounds of the few buckets that a span tells of its gaps, in seconds; a last one takes what is above. */
export const gapBoundsSeconds: readonly number[] = [
  0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64,
];

/** A gap this many times the median of its own stream stands out of its rhythm. */
export const STALL_RATIO = 4;

/** What the gaps between the outputs of one stream come to. */
export interface GapFigures {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly stalls: number;
  /** One count for each of `gapBoundsSeconds`, and one for what is above the last. */
  readonly counts: readonly number[];
}

/**
 * The figures of at least one gap. A stall is a gap above `goodGapMs` that stands out of the rhythm of its own
 * stream: a replica that is slow throughout has none.
 */
export function gapFigures(gapsMs: Float32Array, goodGapMs: number): GapFigures {
  const rising = gapsMs.toSorted();
  const p50Ms = percentile(rising, 0.5);
  const stallMs = Math.max(goodGapMs, STALL_RATIO * p50Ms);
  return {
    p50Ms,
    p95Ms: percentile(rising, 0.95),
    stalls: rising.length - countUpTo(rising, stallMs),
    counts: countsOf(rising),
  };
}

/** The nearest rank: always a gap that there was. */
function percentile(rising: Float32Array, share: number): number {
  return rising[Math.ceil(share * rising.length) - 1] ?? 0;
}

function countsOf(rising: Float32Array): readonly number[] {
  let below = 0;
  const counts = gapBoundsSeconds.map((bound) => {
    const upTo = countUpTo(rising, bound * 1000);
    const count = upTo - below;
    below = upTo;
    return count;
  });
  return [...counts, rising.length - below];
}

/** Gaps of at most `gapMs`. */
function countUpTo(rising: Float32Array, gapMs: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) <= gapMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
