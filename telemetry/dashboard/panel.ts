import type { MetricDefinition } from '../semconv.ts';
import { quantile } from './queries.ts';

/** One query of a panel, and the legend of its series. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** One panel, as far as panels differ. */
export interface Panel {
  readonly title: string;
  /** What it tells, and where to look next. */
  readonly description: string;
  readonly kind: 'stat' | 'timeseries' | 'heatmap';
  /** Grafana's name of the unit, such as `s`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** Panels that answer one question together. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A single figure, the latest. */
export function stat(title: string, unit: string, expr: string, description: string): Panel {
  return { title, description, kind: 'stat', unit, queries: [{ expr, legend: title }] };
}

/** Lines over time. */
export function lines(
  title: string,
  unit: string,
  queries: readonly Query[],
  description: string,
): Panel {
  return { title, description, kind: 'timeseries', unit, queries };
}

/** 50th, 95th and 99th percentile of a histogram of seconds, over time. */
export function percentiles(title: string, metric: MetricDefinition, description: string): Panel {
  const queries = [0.5, 0.95, 0.99].map((share) => ({
    expr: quantile(share, metric),
    legend: `p${share * 100}`,
  }));
  return lines(title, 's', queries, description);
}
