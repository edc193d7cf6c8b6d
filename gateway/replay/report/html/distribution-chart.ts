import type { Statistics } from '../../statistics.ts';
import { durationText } from '../quantity-text.ts';
import { escaped, pixel } from './markup.ts';
import { linearScale, logScale } from './scale.ts';
import type { Scale, Span } from './scale.ts';

/** A published value to stand beside ours. */
export interface ChartMark {
  readonly label: string;
  readonly valueMs: number;
}

/** The distribution of one latency. */
export interface Distribution {
  readonly title: string;
  readonly explanation: string;
  readonly valuesMs: Float64Array;
  readonly statistics: Statistics;
  readonly spacing: 'linear' | 'log';
  readonly published: readonly ChartMark[];
}

const WIDTH = 480;
const HEIGHT = 230;
const plot = { left: 44, right: WIDTH - 12, top: 26, bottom: HEIGHT - 30 };
const BINS = 80;
/** Where a logarithmic axis starts at the lowest; chunks that came in one read have a gap of 0. */
const LOG_FROM_MS_MIN = 1;

/** One histogram as SVG: shares of the values, our median and P99, the published ones dashed. */
export function distributionChart(distribution: Distribution): string {
  const { title, explanation, statistics, published } = distribution;
  const axis = valueAxis(distribution);
  const shares = binShares(distribution.valuesMs, axis);
  const heights = linearScale(
    { from: 0, to: Math.max(...shares, 0.01) },
    { from: plot.bottom, to: plot.top },
    4,
  );
  return [
    `<figure class="chart"><figcaption><b>${escaped(title)}</b> ${escaped(explanation)}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}: histogram">`,
    shareAxis(heights),
    bars(shares, heights),
    valueTicks(axis),
    ...published.map((mark) => publishedLine(axis.at(mark.valueMs), mark)),
    ...ownMarks(statistics, axis),
    '</svg></figure>',
  ].join('\n');
}

const pixels: Span = { from: plot.left, to: plot.right };

function valueAxis({ valuesMs, statistics, spacing, published }: Distribution): Scale {
  const most = Math.max(statistics.max, ...published.map(({ valueMs }) => valueMs), 1);
  if (spacing === 'linear') return linearScale({ from: 0, to: most }, pixels, 6);
  const least = valuesMs.reduce((least, value) => Math.min(least, value), most);
  const from = 10 ** Math.floor(Math.log10(Math.max(least, LOG_FROM_MS_MIN)));
  return logScale({ from, to: Math.max(most, from * 10) }, pixels);
}

/** Share of the values in each of `BINS` bins of equal width on the page. */
function binShares(values: Float64Array, axis: Scale): Float64Array {
  const shares = new Float64Array(BINS);
  const width = (plot.right - plot.left) / BINS;
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((axis.at(value) - plot.left) / width));
    shares[bin] = (shares[bin] ?? 0) + 1 / values.length;
  }
  return shares;
}

function bars(shares: Float64Array, heights: Scale): string {
  const width = (plot.right - plot.left) / BINS;
  const rects = Array.from(shares, (share, bin) => {
    if (share === 0) return '';
    const top = heights.at(share);
    const left = plot.left + bin * width;
    return `<rect x="${pixel(left)}" y="${pixel(top)}" width="${pixel(width - 0.8)}" height="${pixel(plot.bottom - top)}"/>`;
  });
  return `<g class="bars">${rects.join('')}</g>`;
}

function shareAxis(heights: Scale): string {
  const lines = heights.ticks.map((tick) => {
    const y = pixel(heights.at(tick));
    const label = `${Number((tick * 100).toFixed(1))} %`;
    return `<path d="M${plot.left} ${y}H${plot.right}"/><text x="${plot.left - 6}" y="${y}" dy="0.32em" text-anchor="end">${label}</text>`;
  });
  return `<g class="grid">${lines.join('')}</g>`;
}

function valueTicks(axis: Scale): string {
  const ticks = axis.ticks.map((tick) => {
    const x = pixel(axis.at(tick));
    return `<path d="M${x} ${plot.bottom}v4"/><text x="${x}" y="${plot.bottom + 17}" text-anchor="middle">${durationText(tick)}</text>`;
  });
  return `<g class="axis"><path d="M${plot.left} ${plot.bottom}H${plot.right}"/>${ticks.join('')}</g>`;
}

function publishedLine(x: number, { label, valueMs }: ChartMark): string {
  const title = `${label}: ${durationText(valueMs)}`;
  return `<path class="published" d="M${pixel(x)} ${plot.top}V${plot.bottom}"><title>${escaped(title)}</title></path>`;
}

/** Median and P99, each label on the side of its line where it meets neither border nor the other. */
function ownMarks({ median, p99 }: Statistics, axis: Scale): readonly string[] {
  const medianX = axis.at(median);
  const p99X = axis.at(p99);
  const p99Side = p99X + LABEL_WIDTH > plot.right ? 'end' : 'start';
  const room = p99X - medianX - (p99Side === 'end' ? LABEL_WIDTH : 0);
  const medianSide = room < LABEL_WIDTH && medianX - plot.left > LABEL_WIDTH ? 'end' : 'start';
  return [
    ownMark({ x: medianX, label: `median ${durationText(median)}`, side: medianSide }),
    ownMark({ x: p99X, label: `P99 ${durationText(p99)}`, side: p99Side }),
  ];
}

/** About the width of a label such as `median 77.3 ms`. */
const LABEL_WIDTH = 106;

function ownMark({
  x,
  label,
  side,
}: {
  readonly x: number;
  readonly label: string;
  readonly side: 'start' | 'end';
}): string {
  const shift = side === 'start' ? 4 : -4;
  return `<g class="mark"><path d="M${pixel(x)} ${plot.top - 12}V${plot.bottom}"/><text x="${pixel(x + shift)}" y="${plot.top - 5}" text-anchor="${side}">${escaped(label)}</text></g>`;
}
