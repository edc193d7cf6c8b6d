const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A count for people, in groups of three digits. */
export function countText(count: number): string {
  return whole.format(count);
}

/** A count in three digits: `812`, `41.2k`, `1.04M`. */
export function shortCountText(count: number): string {
  if (count < 1_000) return whole.format(count);
  if (count < 999_500) return `${threeDigits(count / 1_000)}k`;
  return `${threeDigits(count / 1_000_000)}M`;
}

/** A KV cache's capacity in tokens; 0 or `null` where it is not known. */
export function capacityText(tokens: number | null): string {
  return tokens === null || tokens === 0 ? 'an unknown capacity' : shortCountText(tokens);
}

/** A duration in three digits: `0 ms`, `28 ms`, `1.24 s`, `12 min`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 999.5) return `${threeDigits(milliseconds)} ms`;
  if (milliseconds < 99_950) return `${threeDigits(milliseconds / 1_000)} s`;
  if (milliseconds < 5_400_000) return `${whole.format(milliseconds / 60_000)} min`;
  return `${threeDigits(milliseconds / 3_600_000)} h`;
}

/** A share for people: `0 %` to `100 %`. */
export function shareText(share: number): string {
  return `${whole.format(share * 100)} %`;
}

function threeDigits(value: number): string {
  return value >= 100 ? whole.format(value) : String(Number(value.toPrecision(3)));
}
