import { labels, metrics, type MetricDefinition } from '../../telemetry/semconv.ts';

/** Labels that Prometheus itself adds. */
const scraped = ['job', 'instance', 'le', 'severity'];

/** Series that Prometheus itself makes. */
const made = ['up'];

const words = new Set(
  'sum max avg min by on rate without group_left group_right or and unless histogram_quantile vector min_over_time topk changes label_replace offset count'.split(
    ' ',
  ),
);

/** What a query names beside the functions of PromQL. */
export interface Named {
  readonly metrics: readonly MetricDefinition[];
  /** Names that are no metric of ours, nor one of its histogram's series. */
  readonly strangers: readonly string[];
  /** Series that recording rules make, by their names with colons. */
  readonly recorded: readonly string[];
  /** Labels that none of the metrics has. */
  readonly strangeLabels: readonly string[];
}

/** Reads which metrics and labels a query names; texts and ranges are skipped. */
export function namedIn(query: string): Named {
  const bare = query
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\boffset \$\w+/g, '');
  const grouping = [...bare.matchAll(/\b(?:by|on|group_right|group_left|without)\s*\(([^)]*)\)/g)];
  const matching = [...bare.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*""/g)];
  const used = [
    ...grouping.flatMap(([, list]) => (list ?? '').split(',').map((name) => name.trim())),
    ...matching.map(([, name]) => name ?? ''),
  ].filter((name) => name !== '');
  const rest = bare
    .replaceAll(/\b(?:by|on|group_right|group_left|without)\s*\([^)]*\)/g, '')
    .replaceAll(/\{[^}]*\}/g, '');
  const recorded = [...rest.matchAll(RECORDED)].map(([name]) => name);
  const names = [...rest.replaceAll(RECORDED, '').matchAll(/[a-z_][a-z0-9_]*/g)]
    .map(([name]) => name)
    .filter((name) => !words.has(name) && !made.includes(name));
  const found = names.map((name) => definitionOf(name));
  const ofThese =
    recorded.length > 0
      ? Object.values<string>(labels)
      : found.flatMap((definition) => definition?.labels ?? []);
  return {
    metrics: found.filter((definition) => definition !== undefined),
    strangers: names.filter((_, index) => found[index] === undefined),
    recorded,
    strangeLabels: used.filter((name) => !scraped.includes(name) && !ofThese.includes(name)),
  };
}

const RECORDED = /\b[a-z_]+:[a-z_]+:[a-z0-9_]+/g;

function definitionOf(series: string): MetricDefinition | undefined {
  return Object.values(metrics).find(
    ({ name, type }) =>
      series === name ||
      (type === 'histogram' && ['_bucket', '_sum', '_count'].some((end) => series === name + end)),
  );
}

/** What Grafana fills in by itself, and what a reader may choose. */
export interface Filling {
  /** `$__rate_interval`: what rates are taken over. */
  readonly interval: string;
  /** `$__range`: all that the dashboard shows. */
  readonly range: string;
  readonly before: string;
}

/** A query as Prometheus gets it once Grafana has filled in its variables; all of each is chosen. */
export function filledIn(
  query: string,
  { interval, range, before }: Filling = { interval: '1m', range: '1m', before: '1m' },
): string {
  return query
    .replaceAll('$__rate_interval', interval)
    .replaceAll('$__range', range)
    .replaceAll('$before', before)
    .replaceAll(/\$(job|model|node|replica)\b/g, '.*');
}
