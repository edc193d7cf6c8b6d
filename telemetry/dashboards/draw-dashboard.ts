import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type {
  Dashboard as DrawnDashboard,
  VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { labels, metrics } from '../semconv.ts';
import { colours } from './colours.ts';
import type { Dashboard, OwnVariable } from './dashboard.ts';
import { drawPanel, sources } from './draw-panel.ts';
import type { Panel, Row } from './panel.ts';
import { JOB, selector } from './queries.ts';

/** Width of a dashboard in Grafana's grid. */
const GRID_WIDTH = 24;

/** By this each dashboard finds the others. */
const TAG = 'numagate';

const events = `${metrics.replicaEvents.name}${selector(metrics.replicaEvents)}`;

/** What is marked in every panel: the moments in which something befell a replica, the first time included. */
export const eventsQuery: string = `sum by (${labels.replica}, ${labels.event}) (changes(${events}[$__rate_interval]) > 0 or ${events} unless ${events} offset $__rate_interval)`;

/** The dashboard as Grafana imports it. */
export function drawDashboard({
  name,
  title,
  description,
  variables,
  rows,
}: Dashboard): DrawnDashboard {
  const builder = new DashboardBuilder(title)
    .uid(name)
    .description(description)
    .tags(['llm', TAG])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .timezone('browser')
    .link(
      new DashboardLinkBuilder('numagate')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .includeVars(true)
        .keepTime(true),
    )
    .annotation(
      new AnnotationQueryBuilder()
        .name('Replicas')
        .datasource(sources.metrics)
        .enable(true)
        .iconColor(colours.odd)
        .expr(eventsQuery)
        .titleFormat(`{{${labels.replica}}}`)
        .textFormat(`{{${labels.event}}}`)
        .step('10s'),
    )
    .variables([...everywhere(), ...variables.map((each) => own[each]())]);
  place(builder, rows);
  return visible(builder.build());
}

/** The builder puts links and marks into a menu, where nobody looks for them. */
function visible(drawn: DrawnDashboard): DrawnDashboard {
  for (const part of [...(drawn.links ?? []), ...(drawn.annotations?.list ?? [])]) {
    delete part.placement;
  }
  return drawn;
}

/** Which Prometheus, which gateway and model, and which replicas, by node or by name. */
function everywhere(): Builder<VariableModel>[] {
  const info = metrics.replicaInfo.name;
  const ofNode = `${JOB}=~"$${JOB}",${labels.numaNode}=~"$node"`;
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    choice(JOB, 'Gateway', `label_values(${metrics.buildInfo.name}, ${JOB})`).allValue('.*'),
    choice('model', 'Model', `label_values(${metrics.requests.name}, ${labels.model})`).allValue(
      '.*',
    ),
    choice('node', 'NUMA node', `label_values(${info}, ${labels.numaNode})`).allValue('.*'),
    // All of them are those of the chosen nodes.
    choice('replica', 'Replica', `label_values(${info}{${ofNode}}, ${labels.replica})`),
  ];
}

function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(sources.metrics)
    .query({ query, refId: name })
    .definition(query)
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

const own: Readonly<Record<OwnVariable, () => Builder<VariableModel>>> = {
  traces: () => new DatasourceVariableBuilder('traces').label('Tempo').type('tempo'),
  logs: () => new DatasourceVariableBuilder('logs').label('Loki').type('loki'),
  before: () =>
    new TextBoxVariableBuilder('before')
      .label('Before')
      .description('How long before this run the other one began, such as 15m or 1d.')
      .defaultValue('1h'),
};

/** Rows one below the other; panels from left to right, in lines of one height. */
function place(builder: DashboardBuilder, rows: readonly Row[]): void {
  let y = 0;
  let id = 0;
  for (const { title, panels } of rows) {
    id += 1;
    builder.withRow(new RowBuilder(title).id(id).gridPos({ x: 0, y, w: GRID_WIDTH, h: 1 }));
    y += 1;
    for (const line of linesOf(panels)) {
      let x = 0;
      for (const panel of line) {
        id += 1;
        builder.withPanel(drawPanel(panel, id, { x, y, w: panel.width, h: panel.height }));
        x += panel.width;
      }
      y += line[0].height;
    }
  }
}

type Line = [Panel, ...Panel[]];

/** Breaks panels into lines that are full, or end where panels of another height begin. */
function linesOf(panels: readonly Panel[]): readonly Line[] {
  const lines: Line[] = [];
  for (const panel of panels) {
    const line = lines.at(-1);
    const used = line?.reduce((sum, { width }) => sum + width, 0) ?? GRID_WIDTH;
    if (line?.[0].height === panel.height && used + panel.width <= GRID_WIDTH) line.push(panel);
    else lines.push([panel]);
  }
  return lines;
}
