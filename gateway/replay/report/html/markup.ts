/** Text as it may stand in HTML and SVG, attributes included. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? character);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

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

/** A coordinate, to a tenth of a pixel. */
export function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
