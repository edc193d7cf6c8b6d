import type { Frame } from '../../../gateway/replay/report/html/axes.ts';
import { baseAxis, upwardAxis } from '../../../gateway/replay/report/html/axes.ts';
import { escaped, pixel } from '../../../gateway/replay/report/html/markup.ts';
import type { Scale } from '../../../gateway/replay/report/html/scale.ts';
import { linearScale } from '../../../gateway/replay/report/html/scale.ts';
import type { TimedSeries, TimeSpan } from '../../support/live/prometheus.ts';
import { valueText } from './value-text.ts';

/** A series as it is drawn. */
export interface DrawnSeries {
  readonly name: string;
  readonly colour: string;
  readonly isDashed: boolean;
  readonly points: TimedSeries['points'];
}

/** A drawing area, in pixels. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

function frameOf({ width, height }: Area): Frame {
  return { left: 74, right: width - 18, top: 8, bottom: height - 20 };
}

function svg({ width, height }: Area, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg>`;
}

function timeAxis(span: TimeSpan, frame: Frame): { readonly scale: Scale; readonly drawn: string } {
  const seconds = span.to - span.from;
  const step = frame.right - frame.left > 700 ? 15 : 30;
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  const label = (tick: number): string =>
    `${Math.floor(tick / 60)}:${String(tick % 60).padStart(2, '0')}`;
  const scale = {
    ticks,
    at: (tick: number) => frame.left + (tick / seconds) * (frame.right - frame.left),
  };
  const drawn = baseAxis({ scale, title: '', label }, frame);
  return { scale: { ticks, at: (at) => scale.at(at - span.from) }, drawn };
}

/** Lines over time, or areas on each other, with limits dashed. */
export function drawLines(
  series: readonly DrawnSeries[],
  {
    area,
    span,
    unit,
    stacks,
    limits,
    dots,
  }: {
    readonly area: Area;
    readonly span: TimeSpan;
    readonly unit: string;
    readonly stacks: boolean;
    readonly limits: readonly { readonly value: number; readonly colour: string }[];
    /** Exemplars: each leads to a trace. */
    readonly dots: TimedSeries['points'];
  },
): string {
  const frame = frameOf(area);
  const shown = stacks ? stacked(series) : series;
  const values = shown
    .flatMap(({ points }) => points.map(([, value]) => value))
    .filter(Number.isFinite);
  const most = Math.max(0, ...values) || 1;
  const least = Math.min(0, ...values);
  const heights = linearScale({ from: least, to: most }, { from: frame.bottom, to: frame.top }, 4);
  const time = timeAxis(span, frame);
  const label = (value: number): string => valueText(unit, value);
  const paths = shown
    .toReversed()
    .map((one) => drawnSeries(one, { time: time.scale, heights, stacks }));
  const marks = limits
    .filter(({ value }) => value <= most)
    .map(
      ({ value, colour }) =>
        `<path d="M${frame.left} ${pixel(heights.at(value))}H${frame.right}" stroke="${colour}" stroke-dasharray="5 4" opacity="0.7"/>`,
    );
  return svg(
    area,
    [
      upwardAxis({ scale: heights, title: '', label }, frame),
      time.drawn,
      ...marks,
      ...paths,
      drawnDots(
        dots.filter(([, value]) => value <= most),
        time.scale,
        heights,
      ),
    ].join(''),
  );
}

function drawnDots(dots: TimedSeries['points'], time: Scale, heights: Scale): string {
  return dots
    .map(([at, value]) => {
      const place = `${pixel(time.at(at))} ${pixel(heights.at(value))}`;
      return `<path d="M${place}m-4 0l4 -4l4 4l-4 4z" fill="#e05fc4"/>`;
    })
    .join('');
}

function drawnSeries(
  { points, colour, isDashed }: DrawnSeries,
  {
    time,
    heights,
    stacks,
  }: { readonly time: Scale; readonly heights: Scale; readonly stacks: boolean },
): string {
  return runsOf(points)
    .map((run) => {
      const path = run
        .map(([at, value]) => `${pixel(time.at(at))} ${pixel(heights.at(value))}`)
        .join('L');
      const [first] = run[0] ?? [0];
      const [last] = run.at(-1) ?? [0];
      const base = pixel(heights.at(0));
      const fill = `<path d="M${path}L${pixel(time.at(last))} ${base}L${pixel(time.at(first))} ${base}Z" style="${stacks ? mixed(colour) : `fill:${colour};opacity:0.05`}"/>`;
      const dash = isDashed ? ' stroke-dasharray="6 4"' : '';
      return `${isDashed ? '' : fill}<path d="M${path}" fill="none" stroke="${colour}" stroke-width="${stacks ? 1 : 1.8}" stroke-linejoin="round"${dash}/>`;
    })
    .join('');
}

/** What lies below another area must not shine through it. */
function mixed(colour: string): string {
  return `fill:color-mix(in srgb, ${colour} 55%, #181b1f)`;
}

/** Points without a gap between them: where nothing was measured, no line is drawn. */
function runsOf(points: TimedSeries['points']): readonly TimedSeries['points'][] {
  const step = Math.min(...points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at)));
  const runs: (readonly [number, number])[][] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (!Number.isFinite(point[1])) continue;
    if (point[0] - lastAt > step * 1.5) runs.push([]);
    runs.at(-1)?.push(point);
    [lastAt] = point;
  }
  return runs;
}

function stacked(series: readonly DrawnSeries[]): readonly DrawnSeries[] {
  const sums = new Map<number, number>();
  return series.map((one) => ({
    ...one,
    points: one.points.map(([at, value]) => {
      const sum = (sums.get(at) ?? 0) + (Number.isFinite(value) ? value : 0);
      sums.set(at, sum);
      return [at, sum] as const;
    }),
  }));
}

/** Rates of buckets as a map: each bucket a row, the fuller the brighter. */
export function drawHeatmap(
  series: readonly TimedSeries[],
  { area, span, unit }: { readonly area: Area; readonly span: TimeSpan; readonly unit: string },
): string {
  const frame = frameOf(area);
  const time = timeAxis(span, frame);
  const rows = ownRates(series);
  const used = rows.findLastIndex(({ points }) => points.some(([, value]) => value > 1e-9));
  const first = rows.findIndex(({ points }) => points.some(([, value]) => value > 1e-9));
  const shown = rows.slice(Math.max(0, first - 1), used + 2);
  const height = (frame.bottom - frame.top) / Math.max(1, shown.length);
  const most = Math.max(...shown.flatMap(({ points }) => points.map(([, value]) => value)), 1e-9);
  const width = Math.max(1, time.scale.at(span.from + span.step) - time.scale.at(span.from) + 0.4);
  const cells = shown.flatMap(({ points }, row) =>
    points
      .filter(([, value]) => value > most / 2_000)
      .map(
        ([at, value]) =>
          `<rect x="${pixel(Math.max(frame.left, time.scale.at(at) - width))}" y="${pixel(frame.bottom - (row + 1) * height)}" width="${pixel(width)}" height="${pixel(height + 0.3)}" fill="${heatColour(Math.log(1 + (value * 200) / most) / Math.log(201))}"/>`,
      ),
  );
  const every = Math.ceil(shown.length / 7);
  const labels = shown.flatMap(({ le }, row) =>
    row % every === 0 && Number.isFinite(le)
      ? [
          `<text x="${frame.left - 6}" y="${pixel(frame.bottom - (row + 1) * height)}" dy="0.32em" text-anchor="end">${escaped(valueText(unit, le))}</text>`,
        ]
      : [],
  );
  return svg(area, [time.drawn, ...cells, ...labels].join(''));
}

interface HeatRow {
  readonly le: number;
  readonly points: TimedSeries['points'];
}

/** Buckets hold all below them: each less the one before is its own. */
function ownRates(series: readonly TimedSeries[]): readonly HeatRow[] {
  const byBound = series
    .map(({ labels, points }) => ({
      le: Number(labels['le']?.replace('+Inf', 'Infinity')),
      points,
    }))
    .toSorted((one, other) => one.le - other.le);
  return byBound.map(({ le, points }, index) => {
    const below = new Map(byBound[index - 1]?.points ?? []);
    return { le, points: points.map(([at, value]) => [at, value - (below.get(at) ?? 0)] as const) };
  });
}

/** From dark blue over green and yellow to red, as Grafana's Spectral reversed on a dark page. */
function heatColour(share: number): string {
  return `hsl(${Math.round(230 - 225 * share)} 75% ${Math.round(34 + 22 * share)}%)`;
}

/** A band for each series, coloured by what its values mean. */
export function drawStates(
  series: readonly DrawnSeries[],
  {
    area,
    span,
    meanings,
  }: {
    readonly area: Area;
    readonly span: TimeSpan;
    readonly meanings: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  },
): string {
  const frame = frameOf(area);
  const time = timeAxis(span, frame);
  const height = (frame.bottom - frame.top) / Math.max(1, series.length);
  const bands = series.flatMap(({ name, points }, row) => {
    const y = frame.top + row * height;
    const cells = points.map(
      ([at, value]) =>
        `<rect x="${pixel(time.scale.at(at))}" y="${pixel(y + 2)}" width="${pixel(time.scale.at(at + span.step) - time.scale.at(at) + 0.3)}" height="${pixel(height - 4)}" fill="${meanings[String(value)]?.color ?? '#555'}" opacity="0.75"/>`,
    );
    return [
      ...cells,
      `<text x="${frame.left - 6}" y="${pixel(y + height / 2)}" dy="0.32em" text-anchor="end">${escaped(name)}</text>`,
    ];
  });
  return svg(area, [time.drawn, ...bands].join(''));
}

/** A small line without axes, under a figure. */
export function drawSparkline(points: TimedSeries['points'], area: Area, colour: string): string {
  const known = points.filter(([, value]) => Number.isFinite(value));
  if (known.length < 2) return '';
  const most = Math.max(...known.map(([, value]) => value), 1e-9);
  const [from = 0] = known[0] ?? [];
  const [to = 1] = known.at(-1) ?? [];
  const path = known
    .map(
      ([at, value]) =>
        `${pixel(((at - from) / (to - from)) * area.width)} ${pixel(area.height - (value / most) * (area.height - 2))}`,
    )
    .join('L');
  return svg(
    area,
    `<path d="M${path}L${area.width} ${area.height}L0 ${area.height}Z" fill="${colour}" opacity="0.25"/><path d="M${path}" fill="none" stroke="${colour}"/>`,
  );
}
