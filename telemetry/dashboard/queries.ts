import type { MetricDefinition } from '../semconv.ts';
import { labels } from '../semconv.ts';

/** Rate of a counter a second, summed over all series that the variables leave, or for each value of `by`. */
export function rate(metric: MetricDefinition, ...by: readonly string[]): string {
  return `sum${grouped(by)} (rate(${metric.name}${selector(metric)}[$__rate_interval]))`;
}

/** Quantile (0 to 1) of a histogram over all series that the variables leave, or for each value of `by`. */
export function quantile(
  share: number,
  metric: MetricDefinition,
  ...by: readonly string[]
): string {
  return `histogram_quantile(${share}, ${buckets(metric, ...by)})`;
}

/** Rates of the buckets of a histogram: what a heatmap and a quantile are made of. */
export function buckets(metric: MetricDefinition, ...by: readonly string[]): string {
  const bucket = `${metric.name}_bucket${selector(metric)}`;
  return `sum by (${['le', ...by].join(', ')}) (rate(${bucket}[$__rate_interval]))`;
}

/** A gauge of each series that the variables leave. */
export function gauge(metric: MetricDefinition): string {
  return `${metric.name}${selector(metric)}`;
}

/** The series of a metric that the dashboard's variables leave; `matcher` adds one of its own. */
export function selector(metric: MetricDefinition, matcher?: string): string {
  const matchers = [`${JOB}=~"$${JOB}"`];
  if (metric.labels.includes(labels.model)) matchers.push(`${labels.model}=~"$model"`);
  if (metric.labels.includes(labels.replica)) matchers.push(`${labels.replica}=~"$replica|"`);
  if (matcher !== undefined) matchers.push(matcher);
  return `{${matchers.join(',')}}`;
}

/** The label by which Prometheus tells one scraped service from another. */
export const JOB = 'job';

function grouped(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by (${by.join(', ')})`;
}
