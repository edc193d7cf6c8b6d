import type { Panel, Row } from './panel.ts';
import { labels, metrics } from '../semconv.ts';
import { gatewayRow } from './gateway-row.ts';
import { gpusRow } from './gpus-row.ts';
import { JOB } from './queries.ts';
import { replicasRow } from './replicas-row.ts';
import { routingRow } from './routing-row.ts';
import { sloRow } from './slo-row.ts';

/** Version of the dashboard model that this is written for (Grafana 11). */
const SCHEMA_VERSION = 39;

/** Width of a dashboard in Grafana's grid. */
const GRID_WIDTH = 24;

const SIZES = {
  stat: { w: 4, h: 4 },
  timeseries: { w: 8, h: 8 },
  heatmap: { w: 8, h: 8 },
} as const;

const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

/** Every row, from what clients feel down to the process. */
export const rows: readonly Row[] = [sloRow, routingRow, replicasRow, gpusRow, gatewayRow];

/** The dashboard as Grafana imports it. */
export function drawDashboard(): object {
  return {
    uid: 'numagate',
    title: 'numagate',
    description:
      'What clients feel, where requests go, how replicas are and what the gateway costs.',
    tags: ['llm', 'numagate'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-30m', to: 'now' },
    timezone: 'browser',
    templating: { list: variables() },
    panels: place(rows),
  };
}

function variables(): readonly object[] {
  return [
    { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
    choice(JOB, 'Gateway', `label_values(${metrics.buildInfo.name}, ${JOB})`),
    choice('model', 'Model', `label_values(${metrics.requests.name}, ${labels.model})`),
    choice('replica', 'Replica', `label_values(${metrics.replicaState.name}, ${labels.replica})`),
  ];
}

function choice(name: string, label: string, query: string): object {
  return {
    name,
    label,
    type: 'query',
    datasource,
    query: { query, refId: name },
    definition: query,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    refresh: 2,
    sort: 1,
  };
}

/** Rows one below the other; panels from left to right, in lines of one height. */
function place(rows: readonly Row[]): readonly object[] {
  const placed: object[] = [];
  let y = 0;
  for (const row of rows) {
    placed.push(drawHead(row, placed.length + 1, y));
    y += 1;
    for (const line of linesOf(row.panels)) {
      const { w, h } = SIZES[line[0].kind];
      for (const [column, panel] of line.entries()) {
        placed.push(drawPanel(panel, placed.length + 1, { x: column * w, y, w, h }));
      }
      y += h;
    }
  }
  return placed;
}

type Line = [Panel, ...Panel[]];

/** Breaks panels into lines that are full, or end where panels of another size begin. */
function linesOf(panels: readonly Panel[]): readonly Line[] {
  const lines: Line[] = [];
  for (const panel of panels) {
    const line = lines.at(-1);
    const { w, h } = SIZES[panel.kind];
    const fits =
      line !== undefined && h === SIZES[line[0].kind].h && (line.length + 1) * w <= GRID_WIDTH;
    if (fits) line.push(panel);
    else lines.push([panel]);
  }
  return lines;
}

function drawHead({ title }: Row, id: number, y: number): object {
  const gridPos = { x: 0, y, w: GRID_WIDTH, h: 1 };
  return { id, type: 'row', title, collapsed: false, panels: [], gridPos };
}

function drawPanel(panel: Panel, id: number, gridPos: object): object {
  const { kind, title, description, unit, queries } = panel;
  const isHeatmap = kind === 'heatmap';
  return {
    id,
    type: kind,
    title,
    description,
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit: isHeatmap ? 'short' : unit, ...LOOKS[kind] }, overrides: [] },
    options: isHeatmap ? heatmapOptions(unit) : OPTIONS[kind],
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
      format: isHeatmap ? 'heatmap' : 'time_series',
      // Exemplars lead from a point to its trace; they exist for buckets alone.
      exemplar: kind === 'timeseries' && expr.includes('_bucket'),
      range: true,
    })),
  };
}

const LOOKS = {
  stat: { min: 0, noValue: 'no traffic' },
  timeseries: { min: 0, custom: { fillOpacity: 8, showPoints: 'never', spanNulls: false } },
  heatmap: {},
} as const;

const OPTIONS = {
  stat: { colorMode: 'none', graphMode: 'area', reduceOptions: { calcs: ['lastNotNull'] } },
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom' },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
} as const;

function heatmapOptions(unit: string): object {
  return {
    calculate: false,
    color: { mode: 'scheme', scheme: 'Spectral', reverse: true, steps: 64 },
    yAxis: { unit },
    rowsFrame: { layout: 'le' },
    exemplars: { color: 'rgba(255,0,255,0.7)' },
    tooltip: { mode: 'single', yHistogram: true },
  };
}
