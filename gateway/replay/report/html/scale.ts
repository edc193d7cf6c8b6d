/** A straight or logarithmic axis: values onto pixels. */
export interface Scale {
  readonly ticks: readonly number[];
  /** Pixel of a value, held within the axis. */
  at(value: number): number;
}

/** Ends of an axis. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** An axis whose values are evenly spaced. It ends at the tick that comes after the last value. */
export function linearScale(values: Span, pixels: Span, tickCount: number): Scale {
  const step = roundStep((values.to - values.from) / tickCount);
  const to = Math.ceil(values.to / step - 1e-9) * step;
  const width = to - values.from || 1;
  return {
    ticks: linearTicks({ from: values.from, to }, step),
    at: (value) => onto(pixels, (value - values.from) / width),
  };
}

/** An axis whose values are spaced by ratio; `values.from` is above 0. It ends at a tick too. */
export function logScale(values: Span, pixels: Span): Scale {
  const ticks = logTicks(values);
  const to = ticks.at(-1) ?? values.to;
  const width = Math.log(to / values.from) || 1;
  return {
    ticks,
    at: (value) => onto(pixels, Math.log(Math.max(value, values.from) / values.from) / width),
  };
}

/**
 * An axis of shares from 0 to 1, spaced by what is left above them: 90 % is as far from 99 % as that is from
 * 99.9 %. It ends at `nines` of them, such as 3 for 99.9 %.
 */
export function tailScale(nines: number, pixels: Span): Scale {
  const all = [0, 0.5, 0.9, 0.99, 0.999, 0.9999];
  return {
    ticks: all.filter((share) => -Math.log10(1 - share) <= nines + 1e-9),
    at: (share) => onto(pixels, -Math.log10(Math.max(1 - share, 10 ** -nines)) / nines),
  };
}

function linearTicks({ from, to }: Span, step: number): readonly number[] {
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.round(to / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** Powers of ten, with 2 and 5 between where there are few; the last tick is past the span in any case. */
function logTicks({ from, to }: Span): readonly number[] {
  const first = Math.floor(Math.log10(from) + 1e-9);
  const last = Math.ceil(Math.log10(to) - 1e-9);
  const all: number[] = [];
  for (let power = first; power <= last; power += 1) {
    for (const factor of [1, 2, 5]) all.push(factor * 10 ** power);
  }
  const end = all.findIndex((tick) => tick >= to * (1 - 1e-9));
  const within = all.slice(0, end + 1).filter((tick) => tick >= from * (1 - 1e-9));
  if (last - first <= DECADES_MAX) return within;
  return within.filter((tick, index) => isPowerOfTen(tick) || index === within.length - 1);
}

/** Of more, 2 and 5 between them would leave no room for words. */
const DECADES_MAX = 3;

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

/** The smallest 1, 2, 2.5 or 5 times a power of ten that is at least `size`. */
function roundStep(size: number): number {
  if (size <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function onto({ from, to }: Span, share: number): number {
  return from + (to - from) * Math.min(1, Math.max(0, share));
}
