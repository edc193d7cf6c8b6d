import type { MetricName } from './metrics.ts';
import { metricKinds } from './metrics.ts';

/** A figure of a metric as people read it: `281 ms`, `3.58 s`, `92.7 %`, `1.04`. */
export function figureText(metric: MetricName, value: number): string {
  const { unit } = metricKinds[metric];
  if (Number.isNaN(value)) return '–';
  if (unit === 'ratio') return value.toFixed(2);
  if (unit === 'share') return `${(value * 100).toFixed(Math.abs(value) < 0.1 ? 2 : 1)} %`;
  return Math.abs(value) >= 1000 ? `${digits(value / 1000)} s` : `${value.toFixed(0)} ms`;
}

/** A figure over the bound, `–` where that is nothing. */
export function ratioText(value: number, bound: number): string {
  if (Number.isNaN(value) || Number.isNaN(bound) || bound === 0) return '–';
  return (value / bound).toFixed(2);
}

function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}
