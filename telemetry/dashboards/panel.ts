import type { MetricDefinition } from '../semconv.ts';
import { buckets, quantile } from './queries.ts';

/** One query of a panel, and the legend of its series. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** From which value on a figure is worth a look, and from which on it is bad. */
export interface Limits {
  readonly warn: number;
  readonly bad: number;
}

/** What every panel has. */
export interface PanelHead {
  /** A question, or the name of its answer. */
  readonly title: string;
  /** How to read it, and what to do. */
  readonly description: string;
  /** Of the 24 columns of Grafana's grid. */
  readonly width: number;
  /** In Grafana's rows of some 30 pixels. */
  readonly height: number;
}

/** The latest value of one series, and by its legend whose it is. */
export interface StatPanel extends PanelHead {
  readonly kind: 'stat';
  /** Grafana's name of the unit, such as `s`. */
  readonly unit: string;
  readonly query: Query;
  readonly limits?: Limits;
}

/** Lines over time. */
export interface LinesPanel extends PanelHead {
  readonly kind: 'timeseries';
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly limits?: Limits;
  /** Each on top of the one before, where the sum means something. */
  readonly stacks?: boolean;
}

/** Where the values of a histogram lay at each moment. */
export interface HeatmapPanel extends PanelHead {
  readonly kind: 'heatmap';
  readonly unit: string;
  readonly query: Query;
}

/** A column of figures. */
export interface Column {
  readonly name: string;
  readonly unit: string;
  /** Keeps no labels but those that are columns. */
  readonly expr: string;
  readonly limits?: Limits;
}

/** A line for each thing, the one to look at first. */
export interface TablePanel extends PanelHead {
  readonly kind: 'table';
  /** Labels that are columns, each with its head; every query keeps the first one. */
  readonly labels: Readonly<Record<string, string>>;
  /** Has all of the labels; its value is not shown. */
  readonly listing: string;
  readonly columns: readonly Column[];
  /** Head of the column of which the largest value comes first. */
  readonly sortBy: string;
}

/** In which state each thing was, over time. */
export interface StatesPanel extends PanelHead {
  readonly kind: 'state-timeline';
  readonly query: Query;
  /** What the values mean. */
  readonly names: Readonly<Record<number, string>>;
}

/** A list of traces out of Tempo. */
export interface TracesPanel extends PanelHead {
  readonly kind: 'traces';
  readonly traceql: string;
}

/** Log lines out of Loki. */
export interface LogsPanel extends PanelHead {
  readonly kind: 'logs';
  readonly logql: string;
}

/** One panel. */
export type Panel =
  | StatPanel
  | LinesPanel
  | HeatmapPanel
  | TablePanel
  | StatesPanel
  | TracesPanel
  | LogsPanel;

/** Panels that answer one question together. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A panel without its kind, and with its size where it is not the usual one. */
type Part<One extends Panel> = Omit<One, 'kind' | 'width' | 'height'> &
  Partial<Pick<One, 'width' | 'height'>>;

/** A single figure; six stand in a line. */
export function stat(panel: Part<StatPanel>): StatPanel {
  return { width: 4, height: 4, ...panel, kind: 'stat' };
}

/** Lines over time; three panels stand in a line. */
export function lines(panel: Part<LinesPanel>): LinesPanel {
  return { width: 8, height: 8, ...panel, kind: 'timeseries' };
}

/** 50th, 95th and 99th percentile of a histogram of seconds, over time. */
export function percentiles(
  metric: MetricDefinition,
  panel: Omit<Part<LinesPanel>, 'queries' | 'unit'>,
): LinesPanel {
  const queries = [0.5, 0.95, 0.99].map((share) => ({
    expr: quantile(share, metric),
    legend: `p${share * 100}`,
  }));
  return lines({ unit: 's', queries, ...panel });
}

/** A histogram of seconds as a heatmap. */
export function heatmap(
  metric: MetricDefinition,
  panel: Omit<Part<HeatmapPanel>, 'query' | 'unit'>,
): HeatmapPanel {
  const query = { expr: buckets(metric), legend: '{{le}}' };
  return { width: 8, height: 8, unit: 's', query, ...panel, kind: 'heatmap' };
}

/** A table over the whole width. */
export function table(panel: Part<TablePanel>): TablePanel {
  return { width: 24, height: 7, ...panel, kind: 'table' };
}

/** A band for each thing, over the whole width. */
export function states(panel: Part<StatesPanel>): StatesPanel {
  return { width: 24, height: 6, ...panel, kind: 'state-timeline' };
}

/** Traces; two panels stand in a line. */
export function traces(panel: Part<TracesPanel>): TracesPanel {
  return { width: 12, height: 9, ...panel, kind: 'traces' };
}

/** Log lines over the whole width. */
export function logs(panel: Part<LogsPanel>): LogsPanel {
  return { width: 24, height: 6, ...panel, kind: 'logs' };
}

/** Every PromQL query of a panel, in the order in which Grafana has them. */
export function queriesOf(panel: Panel): readonly Query[] {
  switch (panel.kind) {
    case 'timeseries':
      return panel.queries;
    case 'table': {
      const columns = panel.columns.map(({ name, expr }) => ({ expr, legend: name }));
      return [{ expr: panel.listing, legend: '' }, ...columns];
    }
    case 'traces':
    case 'logs':
      return [];
    default:
      return [panel.query];
  }
}
