import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type {
  DynamicConfigValue,
  GridPos,
  Panel as DrawnPanel,
  Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as stateTimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as tempo from '@grafana/grafana-foundation-sdk/tempo';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { labels } from '../semconv.ts';
import type { Service } from '../service.ts';
import { colours, coloursByName } from './colours.ts';
import type {
  Column,
  HeatmapPanel,
  Limits,
  LinesPanel,
  LogsPanel,
  Panel,
  Query,
  StatesPanel,
  StatPanel,
  TablePanel,
  TracesPanel,
} from './panel.ts';
import { queriesOf } from './panel.ts';

/** Where panels get their data: variables of each dashboard, so that any names of sources will do. */
export const sources: Readonly<Record<'metrics' | 'traces' | 'logs', DataSourceRef>> = {
  metrics: { type: 'prometheus', uid: '${datasource}' },
  traces: { type: 'tempo', uid: '${traces}' },
  logs: { type: 'loki', uid: '${logs}' },
};

/** A panel as Grafana imports it. */
export function drawPanel(panel: Panel, id: number, gridPos: GridPos): Builder<DrawnPanel> {
  const { title, description } = panel;
  return builderOf(panel).id(id).title(title).description(description).gridPos(gridPos);
}

/** What the builders of all kinds of panels have in common. */
interface AnyBuilder extends Builder<DrawnPanel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  gridPos(gridPos: GridPos): this;
}

function builderOf(panel: Panel): AnyBuilder {
  switch (panel.kind) {
    case 'stat':
      return drawStat(panel);
    case 'timeseries':
      return drawLines(panel);
    case 'heatmap':
      return drawHeatmap(panel);
    case 'table':
      return drawTable(panel);
    case 'state-timeline':
      return drawStates(panel);
    case 'traces':
      return drawTraces(panel);
    case 'logs':
      return drawLogs(panel);
  }
}

function drawStat(panel: StatPanel): stat.PanelBuilder {
  const isNamed = isOfOne(panel.query);
  return (
    new stat.PanelBuilder()
      .datasource(sources.metrics)
      // Over time, the largest was another one at each moment.
      .targets(targetsOf(panel, (query) => (isNamed ? query.instant() : query.range())))
      .unit(panel.unit)
      .min(0)
      .noValue('no traffic')
      .thresholds(thresholds(panel.limits))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
      .colorMode(panel.limits ? BigValueColorMode.Background : BigValueColorMode.None)
      .graphMode(BigValueGraphMode.Area)
      .textMode(isNamed ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
  );
}

/** The series tells by its labels whose it is. */
function isOfOne({ legend }: Query): boolean {
  return legend.includes('{{');
}

function drawLines(panel: LinesPanel): timeseries.PanelBuilder {
  const { unit, limits, stacks = false } = panel;
  const builder = new timeseries.PanelBuilder()
    .datasource(sources.metrics)
    .targets(targetsOf(panel, (query) => query.range()))
    .unit(unit)
    .axisSoftMin(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .fillOpacity(stacks ? 30 : 6)
    .lineWidth(stacks ? 1 : 2)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .thresholds(thresholds(limits));
  if (stacks) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (limits) {
    builder.thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
    );
  }
  for (const [name, colour] of namedColours(panel)) builder.overrideByName(name, fixed(colour));
  if (panel.queries.some(({ legend }) => legend.endsWith(AS_TOLD))) {
    builder.overrideByRegexp(`/${AS_TOLD}$/`, dashed);
  }
  return builder;
}

/** What an engine tells stands dashed beside what is known here. */
const AS_TOLD = ' as told';

const dashed: DynamicConfigValue[] = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } },
  { id: 'custom.fillOpacity', value: 0 },
];

/** Services and decisions on traces are named by a label, all else that has a colour of its own by the legend itself. */
function namedColours({ queries }: LinesPanel): readonly (readonly [string, string])[] {
  const legends = queries.map(({ legend }) => legend);
  if (legends.includes(`{{${labels.service}}}`)) legends.push(...services);
  if (legends.includes(`{{${labels.decision}}}`)) legends.push('slow', 'failed');
  return Object.entries(coloursByName).filter(([name]) => legends.includes(name));
}

const services: readonly Service[] = ['good', 'late', 'slow', 'failed', 'left'];

function fixed(colour: string): DynamicConfigValue[] {
  return [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: colour } }];
}

function drawHeatmap(panel: HeatmapPanel): heatmap.PanelBuilder {
  return new heatmap.PanelBuilder()
    .datasource(sources.metrics)
    .targets(targetsOf(panel, (query) => query.range().format(prometheus.PromQueryFormat.Heatmap)))
    .calculate(false)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Spectral')
        .reverse(true)
        .steps(64),
    )
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Le))
    .yAxis(new heatmap.YAxisConfigBuilder().unit(panel.unit))
    .exemplarsColor('rgba(255,0,255,0.7)')
    .tooltip(new heatmap.HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true));
}

function drawTable(panel: TablePanel): table.PanelBuilder {
  const { labels, columns, sortBy } = panel;
  const builder = new table.PanelBuilder()
    .datasource(sources.metrics)
    .targets(targetsOf(panel, (query) => query.instant().format(prometheus.PromQueryFormat.Table)))
    // Queries become one table by the labels that they share.
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: organized(panel) })
    .filterable(true)
    .noValue('–')
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  for (const head of Object.values(labels)) {
    builder.overrideByName(head, [{ id: 'custom.minWidth', value: 90 }]);
  }
  for (const column of columns) builder.overrideByName(column.name, looksOf(column));
  return builder;
}

function organized({ labels, columns }: TablePanel): object {
  const values = columns.map(({ name }, index) => [`Value #${refId(index + 1)}`, name] as const);
  const order = [...Object.keys(labels), ...values.map(([field]) => field)];
  return {
    excludeByName: { Time: true, [`Value #${refId(0)}`]: true },
    renameByName: { ...labels, ...Object.fromEntries(values) },
    indexByName: Object.fromEntries(order.map((field, index) => [field, index])),
  };
}

function looksOf({ unit, limits }: Column): DynamicConfigValue[] {
  const looks: DynamicConfigValue[] = [{ id: 'unit', value: unit }];
  if (limits === undefined) return looks;
  const mode = TableCellBackgroundDisplayMode.Basic;
  return [
    ...looks,
    { id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: steps(limits) } },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorBackground, mode } },
  ];
}

function drawStates(panel: StatesPanel): stateTimeline.PanelBuilder {
  const results = Object.entries(panel.names).map(([value, text]) => {
    return [value, { text, color: coloursByName[text] ?? colours.quiet }] as const;
  });
  return new stateTimeline.PanelBuilder()
    .datasource(sources.metrics)
    .targets(targetsOf(panel, (query) => query.range()))
    .mappings([{ type: MappingType.ValueToText, options: Object.fromEntries(results) }])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .fillOpacity(75);
}

function drawTraces({ traceql }: TracesPanel): table.PanelBuilder {
  const query = new tempo.DataqueryBuilder()
    .refId('A')
    .datasource(sources.traces)
    .queryType(tempo.TempoQueryType.Traceql)
    .tableType(tempo.SearchTableType.Spans)
    .limit(TRACES_MAX)
    .query(traceql);
  return new table.PanelBuilder().datasource(sources.traces).targets([query]).filterable(true);
}

/** A list is looked through by people. */
const TRACES_MAX = 50;

function drawLogs({ logql }: LogsPanel): logs.PanelBuilder {
  const query = new loki.DataqueryBuilder().refId('A').datasource(sources.logs).expr(logql);
  return new logs.PanelBuilder()
    .datasource(sources.logs)
    .targets([query])
    .showTime(true)
    .enableLogDetails(true);
}

function targetsOf(
  panel: Panel,
  asked: (query: prometheus.DataqueryBuilder) => Builder<Dataquery>,
): Builder<Dataquery>[] {
  return queriesOf(panel).map(({ expr, legend }, index) =>
    asked(
      new prometheus.DataqueryBuilder()
        .refId(refId(index))
        .datasource(sources.metrics)
        .expr(expr)
        .legendFormat(legend)
        // Exemplars lead from a point to its trace; they exist for buckets alone.
        .exemplar(isDrawnOverTime(panel) && expr.includes('_bucket')),
    ),
  );
}

function isDrawnOverTime({ kind }: Panel): boolean {
  return kind === 'timeseries' || kind === 'heatmap';
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function thresholds(limits: Limits | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(limits));
}

function steps(limits: Limits | undefined): Threshold[] {
  const base: Threshold = { value: null, color: colours.good };
  if (limits === undefined) return [base];
  return [
    base,
    { value: limits.warn, color: colours.warn },
    { value: limits.bad, color: colours.bad },
  ];
}
