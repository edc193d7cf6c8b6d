import { escaped } from '../../../gateway/replay/report/html/markup.ts';
import type { DrawnDashboard, DrawnPanel } from '../../support/drawn-dashboard.ts';
import type { ReadSpan } from '../../support/live/otlp-reader.ts';
import type {
  LabelledValue,
  LivePrometheus,
  TimedSeries,
  TimeSpan,
} from '../../support/live/prometheus.ts';
import { filledIn, type Filling } from '../../support/promql.ts';
import type { Area, DrawnSeries } from './charts.ts';
import { drawHeatmap, drawLines, drawSparkline, drawStates } from './charts.ts';
import type { ColourBook } from './legends.ts';
import { legendText, thresholdColour } from './legends.ts';
import { columnsOf, spansFound } from './span-list.ts';
import { valueText } from './value-text.ts';

/** What a picture is made from. */
export interface Sitting {
  readonly prometheus: LivePrometheus;
  readonly spans: readonly ReadSpan[];
  readonly span: TimeSpan;
  readonly filling: Filling;
  readonly colours: ColourBook;
}

/** Of a picture, in pixels; Grafana's rows and gaps. */
export const PAGE_WIDTH = 1_440;
const COLUMN = (PAGE_WIDTH - 32 + 8) / 24;
const ROW = 38;

/** A dashboard as a page, with its own queries asked of Prometheus. */
export async function drawPage(dashboard: DrawnDashboard, sitting: Sitting): Promise<string> {
  const panels: string[] = [];
  for (const panel of dashboard.panels) panels.push(await drawnPanel(panel, sitting));
  const names = dashboard.templating.list.map(({ name }) => name).slice(1);
  const choices = names.map(
    (name) =>
      `<span class="choice"><b>${name}</b> ${name === 'before' ? sitting.filling.before : 'All'}</span>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>
<header><h1>${escaped(dashboard.title)}</h1><p>${escaped(dashboard.description)}</p><div>${choices.join('')}</div></header>
<main>${panels.join('\n')}</main>`;
}

async function drawnPanel(panel: DrawnPanel, sitting: Sitting): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const place = `style="grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}"`;
  if (panel.type === 'row') return `<h2 ${place}>▾ ${escaped(panel.title)}</h2>`;
  const area = { width: Math.round(w * COLUMN - 8 - 18), height: Math.round(h * ROW - 8 - 34) };
  const { body, colour } = await drawnBody(panel, area, sitting);
  const background = colour === undefined ? '' : `;background:${colour}`;
  return `<section ${place.replace(/"$/u, `${background}"`)} class="${panel.type}${colour === undefined ? '' : ' filled'}"><h3>${escaped(panel.title)}</h3>${body}</section>`;
}

interface Body {
  readonly body: string;
  readonly colour?: string | undefined;
}

async function drawnBody(panel: DrawnPanel, area: Area, sitting: Sitting): Promise<Body> {
  if (panel.datasource?.type === 'tempo') return { body: spanTable(panel, area, sitting) };
  switch (panel.type) {
    case 'stat':
      return figure(panel, area, sitting);
    case 'timeseries':
      return { body: await chart(panel, area, sitting) };
    case 'heatmap': {
      const [target] = panel.targets;
      const series = await sitting.prometheus.over(asked(target?.expr, sitting), sitting.span);
      return { body: drawHeatmap(series, { area, span: sitting.span, unit: unitOf(panel) }) };
    }
    case 'state-timeline':
      return { body: await bands(panel, area, sitting) };
    case 'table':
      return { body: await figures(panel, sitting) };
    default:
      return { body: '<p class="none">Lines of a Loki, which this picture is drawn without.</p>' };
  }
}

function asked(expr: string | undefined, { filling }: Sitting): string {
  return filledIn(expr ?? '', filling);
}

function unitOf({ options, fieldConfig }: DrawnPanel): string {
  const { unit } = (options['yAxis'] ?? fieldConfig.defaults) as { readonly unit?: string };
  return unit ?? 'short';
}

async function seriesOf(panel: DrawnPanel, sitting: Sitting): Promise<readonly DrawnSeries[]> {
  const all: DrawnSeries[] = [];
  for (const { expr, legendFormat } of panel.targets) {
    const answers = await sitting.prometheus.over(asked(expr, sitting), sitting.span);
    for (const { labels, points } of answers) {
      const name = legendText(legendFormat, labels);
      all.push({
        name,
        points,
        colour: sitting.colours.of(panel, name),
        isDashed: name.endsWith(' as told'),
      });
    }
  }
  return all.toSorted((one, other) =>
    one.name.startsWith('p') ? 0 : one.name.localeCompare(other.name),
  );
}

async function figure(panel: DrawnPanel, area: Area, sitting: Sitting): Promise<Body> {
  const [target] = panel.targets;
  const answers = await sitting.prometheus.at(asked(target?.expr, sitting), sitting.span.to);
  const { labels, value } = answers[0] ?? { labels: {}, value: Number.NaN };
  const colour =
    panel.options['colorMode'] === 'background'
      ? thresholdColour(panel.fieldConfig.defaults['thresholds'], value)
      : undefined;
  const isNamed = panel.options['textMode'] === 'value_and_name';
  const name = isNamed
    ? `<span class="whose">${escaped(legendText(target?.legendFormat ?? '', labels))}</span>`
    : '';
  const [past] = isNamed
    ? []
    : await sitting.prometheus.over(asked(target?.expr, sitting), sitting.span);
  const low = { width: area.width, height: Math.round(area.height * 0.4) };
  const line =
    past === undefined
      ? ''
      : drawSparkline(past.points, low, colour === undefined ? '#5794F2' : '#fff');
  return {
    body: `<div class="figure">${name}<span>${escaped(valueText(unitOf(panel), value))}</span></div>${line}`,
    colour,
  };
}

async function chart(panel: DrawnPanel, area: Area, sitting: Sitting): Promise<string> {
  const series = await seriesOf(panel, sitting);
  const custom = (panel.fieldConfig.defaults['custom'] ?? {}) as {
    readonly stacking?: unknown;
    readonly thresholdsStyle?: unknown;
  };
  const { steps = [] } = (panel.fieldConfig.defaults['thresholds'] ?? {}) as {
    readonly steps?: readonly { readonly value: number | null; readonly color: string }[];
  };
  const limits =
    custom.thresholdsStyle === undefined
      ? []
      : steps.flatMap(({ value, color }) => (value === null ? [] : [{ value, colour: color }]));
  const low = { width: area.width, height: area.height - 24 };
  const drawing = drawLines(series, {
    area: low,
    span: sitting.span,
    unit: unitOf(panel),
    stacks: custom.stacking !== undefined,
    limits,
    dots: await exemplarsOf(panel, sitting),
  });
  const keys = series.map(
    ({ name, colour }) => `<span><i style="background:${colour}"></i>${escaped(name)}</span>`,
  );
  return `${drawing}<div class="legend">${keys.join('')}</div>`;
}

/** No more than can be told apart; they exist for buckets alone. */
async function exemplarsOf(panel: DrawnPanel, sitting: Sitting): Promise<TimedSeries['points']> {
  const marked = panel.targets.find(({ exemplar }) => exemplar === true);
  if (marked === undefined) return [];
  const all = await sitting.prometheus.exemplars(asked(marked.expr, sitting), sitting.span);
  const sorted = all.toSorted(([one], [other]) => one - other);
  const every = Math.ceil(sorted.length / EXEMPLARS_MAX);
  return sorted.filter((_, index) => index % every === 0);
}

const EXEMPLARS_MAX = 24;

async function bands(panel: DrawnPanel, area: Area, sitting: Sitting): Promise<string> {
  const [mapping] = panel.fieldConfig.defaults['mappings'] as readonly {
    readonly options: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  }[];
  const meanings = mapping?.options ?? {};
  const series = await seriesOf(panel, sitting);
  const low = { width: area.width, height: area.height - 24 };
  const keys = Object.values(meanings).map(
    ({ text, color }) => `<span><i style="background:${color}"></i>${text}</span>`,
  );
  return `${drawStates(series, { area: low, span: sitting.span, meanings })}<div class="legend">${keys.join('')}</div>`;
}

/** Joins the queries of a table by their labels, as its transformations say. */
async function figures(panel: DrawnPanel, sitting: Sitting): Promise<string> {
  const { options } = panel.transformations.find(({ id }) => id === 'organize') ?? {};
  const { renameByName, indexByName } = options as {
    readonly renameByName: Readonly<Record<string, string>>;
    readonly indexByName: Readonly<Record<string, number>>;
  };
  const answers = new Map<string, readonly LabelledValue[]>();
  for (const { refId, expr } of panel.targets) {
    answers.set(
      `Value #${refId}`,
      await sitting.prometheus.at(asked(expr, sitting), sitting.span.to),
    );
  }
  const fields = Object.keys(indexByName).toSorted(
    (one, other) => (indexByName[one] ?? 0) - (indexByName[other] ?? 0),
  );
  const [key = ''] = fields;
  const rows = (answers.get('Value #A') ?? []).map(({ labels }) =>
    fields.map((field) => {
      const value = answers.get(field)?.find((one) => one.labels[key] === labels[key])?.value;
      return { field, value, text: answers.has(field) ? undefined : (labels[field] ?? '') };
    }),
  );
  const [first] = panel.options['sortBy'] as readonly { readonly displayName: string }[];
  const sorted = fields.findIndex((field) => renameByName[field] === first?.displayName);
  const ordered = rows.toSorted(
    (one, other) => (other[sorted]?.value ?? -1) - (one[sorted]?.value ?? -1),
  );
  const cells = ordered.map((row) =>
    row.map(({ field, value, text }) => {
      const looks = new Map(
        panel.fieldConfig.overrides
          .filter(({ matcher }) => matcher.options === renameByName[field])
          .flatMap(({ properties }) => properties.map(({ id, value: set }) => [id, set] as const)),
      );
      const isFilled = looks.has('thresholds') && value !== undefined;
      const colour = isFilled
        ? ` class="filled" style="background:${thresholdColour(looks.get('thresholds'), value)}"`
        : '';
      const shown =
        text ?? (value === undefined ? '–' : valueText(String(looks.get('unit')), value));
      return `<td${colour}>${escaped(shown)}</td>`;
    }),
  );
  return markedTable(
    fields.map((field) => renameByName[field] ?? field),
    cells,
  );
}

function spanTable(panel: DrawnPanel, area: Area, { spans }: Sitting): string {
  const [{ query = '' } = {}] = panel.targets;
  const columns = columnsOf(query);
  const rows = Math.floor(area.height / 27) - 1;
  const found = spansFound(query, spans).slice(0, rows);
  const cells = found.map(({ traceId, attributes, startNs, endNs }) => [
    `<td class="link">${traceId.slice(0, 8)}…</td>`,
    `<td>${valueText('s', Number(endNs - startNs) / 1e9)}</td>`,
    ...columns.map((name) => `<td>${escaped(attributeText(attributes[name]))}</td>`),
  ]);
  const heads = columns.map((name) =>
    name
      .replace(/^(?:gateway|gen_ai|http\.response)\./u, '')
      .replace('inter_token_latency', 'itl')
      .replace('time_to_first_token', 'ttft'),
  );
  return found.length === 0
    ? '<p class="none">None in this time.</p>'
    : markedTable(['Trace', 'Duration', ...heads], cells);
}

function attributeText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : '';
}

function markedTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th>${escaped(text)}</th>`).join('');
  return `<table><tr>${head}</tr>${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('')}</table>`;
}

const style = `
* { box-sizing: border-box; margin: 0; }
body { background: #111217; color: #d5d7de; font: 13px Inter, "DejaVu Sans", system-ui, sans-serif; width: ${PAGE_WIDTH}px; padding: 16px; }
header { margin-bottom: 12px; } h1 { font-size: 20px; font-weight: 600; } header p { color: #9fa3ae; margin: 3px 0 9px; }
.choice { display: inline-block; background: #1b1d23; border: 1px solid #2c2f38; border-radius: 3px; padding: 4px 9px; margin-right: 8px; } .choice b { color: #8fb3ff; font-weight: 500; margin-right: 6px; }
main { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: ${ROW - 8}px; gap: 8px; }
h2 { font-size: 15px; font-weight: 600; align-self: end; padding-bottom: 3px; }
section { background: #181b1f; border: 1px solid #24272e; border-radius: 3px; padding: 6px 8px; overflow: hidden; position: relative; }
h3 { font-size: 13px; font-weight: 500; margin-bottom: 4px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
section.filled, td.filled { color: #14161a; font-weight: 600; }
.figure { font-size: 30px; font-weight: 600; display: flex; flex-direction: column; align-items: center; line-height: 1.15; position: relative; } .figure .whose { font-size: 17px; }
.stat svg { position: absolute; left: 9px; bottom: 0; }
svg { display: block; } svg text { font-size: 11px; fill: #9fa3ae; } .grid path { stroke: #2a2d35; } .axis path { stroke: #3a3e48; fill: none; }
.legend { font-size: 11.5px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; padding: 3px 0 0 6px; color: #b9bcc6; } .legend span { margin-right: 13px; } .legend i { display: inline-block; width: 12px; height: 4px; border-radius: 2px; margin-right: 5px; vertical-align: middle; }
table { width: 100%; border-collapse: collapse; font-size: 13px; } th { text-align: left; font-weight: 500; color: #8fb3ff; padding: 5px 9px; border-bottom: 1px solid #2c2f38; white-space: nowrap; } td { padding: 5px 9px; border-bottom: 1px solid #22252c; white-space: nowrap; max-width: 190px; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; } td.link { color: #8fb3ff; }
.none { color: #80848f; padding: 12px 6px; }
`;
