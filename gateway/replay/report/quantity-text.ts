/** A duration for people: `0`, `0.5 ms`, `128 ms`, `42.4 s`, `318 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  if (milliseconds >= 1000) return `${threeDigits(milliseconds / 1000)} s`;
  return `${threeDigits(milliseconds)} ms`;
}

/** A count for people, in groups of three digits. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en');
}

function threeDigits(value: number): string {
  return value >= 100 ? countText(value) : String(Number(value.toPrecision(3)));
}
