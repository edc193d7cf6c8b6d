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

/** An axis whose values are evenly spaced. */
export function linearScale(values: Span, pixels: Span, tickCount: number): Scale {
  const width = values.to - values.from || 1;
  return {
    ticks: linearTicks(values, tickCount),
    at: (value) => onto(pixels, (value - values.from) / width),
  };
}

/** An axis whose values are spaced by ratio; `values.from` is above 0. */
export function logScale(values: Span, pixels: Span): Scale {
  const width = Math.log(values.to / values.from) || 1;
  return {
    ticks: logTicks(values),
    at: (value) => onto(pixels, Math.log(Math.max(value, values.from) / values.from) / width),
  };
}

/** Round numbers, a step of 1, 2 or 5 apart, at most about `count` of them. */
export function linearTicks({ from, to }: Span, count: number): readonly number[] {
  const step = roundStep((to - from) / count);
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step); index * step <= to * (1 + 1e-9); index += 1) {
    ticks.push(index * step);
  }
  return ticks;
}

/** Powers of ten within a span, with 2 and 5 between where there are few. */
export function logTicks({ from, to }: Span): readonly number[] {
  const first = Math.floor(Math.log10(from));
  const last = Math.ceil(Math.log10(to));
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = first; power <= last; power += 1) {
    for (const factor of factors) ticks.push(factor * 10 ** power);
  }
  return ticks.filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
}

/** The smallest 1, 2 or 5 times a power of ten that is at least `size`. */
function roundStep(size: number): number {
  if (size <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function onto({ from, to }: Span, share: number): number {
  return from + (to - from) * Math.min(1, Math.max(0, share));
}
