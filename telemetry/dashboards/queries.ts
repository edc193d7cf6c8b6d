import type { MetricDefinition } from '../semconv.ts';
import { labels, metrics } from '../semconv.ts';

/** Rate of a counter a second, summed over all series that the variables leave, or for each value of `by`. */
export function rate(metric: MetricDefinition, ...by: readonly string[]): string {
  return `sum${grouped(by)} (${eachRate(metric)})`;
}

/** Rate of a counter a second, of those of its series that `matcher` fits, for each value of `by`. */
export function rateWhere(
  metric: MetricDefinition,
  matcher: string,
  ...by: readonly string[]
): string {
  return `sum${grouped(by)} (${eachRate(metric, matcher)})`;
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
  return `sum by (${['le', ...by].join(', ')}) (${eachBucketRate(metric)})`;
}

/** A gauge of each series that the variables leave. */
export function gauge(metric: MetricDefinition, matcher?: string): string {
  return `${metric.name}${selector(metric, matcher)}`;
}

/** A gauge of each replica, the largest where several gateways tell of it. */
export function byReplica(metric: MetricDefinition): string {
  return `max by (${labels.replica}) (${gauge(metric)})`;
}

/** Sum of a gauge of replicas over each NUMA node. */
export function gaugeByNode(metric: MetricDefinition): string {
  return `sum by (${labels.numaNode}) (${onNode(gauge(metric))})`;
}

/** Rate of a counter of replicas, summed over each NUMA node. */
export function rateByNode(metric: MetricDefinition): string {
  return `sum by (${labels.numaNode}) (${onNode(eachRate(metric))})`;
}

/** Quantile (0 to 1) of a histogram of replicas over each NUMA node. */
export function quantileByNode(share: number, metric: MetricDefinition): string {
  const counts = `sum by (le, ${labels.numaNode}) (${onNode(eachBucketRate(metric))})`;
  return `histogram_quantile(${share}, ${counts})`;
}

/**
 * How many times as large as at the best replica of its model a quantile (0 to 1) is at each replica: a load
 * that slows all of them is no fault of one.
 */
export function timesBestPeer(share: number, metric: MetricDefinition): string {
  const each = quantile(share, metric, labels.model, labels.replica);
  const best = `min by (${labels.model}) (${each} > 0)`;
  return `max by (${labels.replica}) (${each} / on (${labels.model}) group_left () ${best})`;
}

/** A share of a whole; 0, and not nothing, where the part has never been. */
export function shareOf(part: string, whole: string): string {
  return `(${part} or ${whole} * 0) / ${whole}`;
}

/** The same query as it was `$before` ago. */
export function earlier(expr: string): string {
  return expr.replaceAll(/\{[^}]*\}(?:\[[^\]]*\])?/gu, '$& offset $$before');
}

/** The same query over the whole time that the dashboard shows. */
export function overAll(expr: string): string {
  return expr.replaceAll(INTERVAL, '$__range');
}

/** The series of a metric that the dashboard's variables leave; `matcher` adds one of its own. */
export function selector(metric: MetricDefinition, matcher?: string): string {
  const matchers = [`${JOB}=~"$${JOB}"`];
  if (metric.labels.includes(labels.model)) matchers.push(`${labels.model}=~"$model"`);
  if (metric.labels.includes(labels.replica)) matchers.push(ofReplica(metric));
  if (metric.labels.includes(labels.numaNode)) matchers.push(`${labels.numaNode}=~"$node"`);
  if (matcher !== undefined) matchers.push(matcher);
  return `{${matchers.join(',')}}`;
}

/** A GPU may be of several replicas, with commas between them; who names none is of all. */
function ofReplica(metric: MetricDefinition): string {
  const isOfSeveral = metric.labels.includes(labels.gpu);
  return `${labels.replica}=~"${isOfSeveral ? '(.*,)?($replica)(,.*)?' : '$replica'}|"`;
}

/** The label by which Prometheus tells one scraped service from another. */
export const JOB = 'job';

const INTERVAL = '$__rate_interval';

function eachRate(metric: MetricDefinition, matcher?: string): string {
  return `rate(${gauge(metric, matcher)}[${INTERVAL}])`;
}

function eachBucketRate(metric: MetricDefinition): string {
  return `rate(${metric.name}_bucket${selector(metric)}[${INTERVAL}])`;
}

/** Series of replicas, each with the NUMA node of its replica. */
function onNode(series: string): string {
  const scrape = `${JOB}, instance, ${labels.replica}`;
  return `${series} * on (${scrape}) group_left (${labels.numaNode}) ${gauge(metrics.replicaInfo)}`;
}

function grouped(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by (${by.join(', ')})`;
}
