import type { Statistics } from '../../statistics.ts';
import { durationText } from '../quantity-text.ts';
import { baseAxis, upwardAxis } from './axes.ts';
import type { Frame } from './axes.ts';
import { markLabels } from './mark-labels.ts';
import type { Mark } from './mark-labels.ts';
import { escaped, pixel } from './markup.ts';
import { linearScale, logScale } from './scale.ts';
import type { Scale } from './scale.ts';

/** A published value to stand beside ours. */
export interface ChartMark {
  /** Whose it is. */
  readonly owner: string;
  /** Which of its values. */
  readonly name: 'median' | 'P99';
  readonly valueMs: number;
}

/** The distribution of one latency. */
export interface Distribution {
  readonly title: string;
  readonly explanation: string;
  /** What each bar counts, such as `requests`. */
  readonly counted: string;
  readonly valuesMs: Float64Array;
  readonly statistics: Statistics;
  readonly spacing: 'linear' | 'log';
  readonly published: readonly ChartMark[];
}

const WIDTH = 480;
const HEIGHT = 270;
const frame: Frame = { left: 46, right: WIDTH - 14, top: 50, bottom: HEIGHT - 42 };
const BINS = 80;
/** Where a logarithmic axis starts at the lowest; chunks that came in one read have a gap of 0. */
const LOG_FROM_MS_MIN = 1;

/** Rows of words over the frame: the published values stand below ours. */
const OWN_Y = 28;
const PUBLISHED_Y = 44;

/** One histogram as SVG: shares of the values, our median and P99, the published ones dashed, each with its value. */
export function distributionChart(distribution: Distribution): string {
  const { title, explanation, statistics, published, counted } = distribution;
  const axis = valueScale(distribution);
  const shares = binShares(distribution.valuesMs, axis);
  const heights = linearScale(
    { from: 0, to: Math.max(...shares, 0.01) },
    { from: frame.bottom, to: frame.top },
    4,
  );
  const own = [markAt('median', statistics.median, axis), markAt('P99', statistics.p99, axis)];
  const theirs = published.map(({ name, valueMs }) => markAt(name, valueMs, axis));
  const spacing = distribution.spacing === 'log' ? ', logarithmic' : '';
  return [
    `<figure class="chart"><figcaption><b>${escaped(title)}</b> ${escaped(explanation)}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}: histogram">`,
    upwardAxis({ scale: heights, title: `share of ${counted}`, label: shareText }, frame),
    bars(shares, heights),
    baseAxis({ scale: axis, title: `${title}${spacing}`, label: durationText }, frame),
    publishedLines(published, axis),
    ownLines(own),
    // Words come last, so that no line crosses them.
    labels('published-labels', theirs, PUBLISHED_Y),
    labels('own-labels', own, OWN_Y),
    '</svg></figure>',
  ].join('\n');
}

function shareText(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function valueScale({ valuesMs, statistics, spacing, published }: Distribution): Scale {
  const pixels = { from: frame.left, to: frame.right };
  const most = Math.max(statistics.max, ...published.map(({ valueMs }) => valueMs), 1);
  if (spacing === 'linear') return linearScale({ from: 0, to: most }, pixels, 6);
  const least = valuesMs.reduce((least, value) => Math.min(least, value), most);
  const from = 10 ** Math.floor(Math.log10(Math.max(least, LOG_FROM_MS_MIN)));
  return logScale({ from, to: Math.max(most, from * 10) }, pixels);
}

/** Share of the values in each of `BINS` bins of equal width on the page. */
function binShares(values: Float64Array, axis: Scale): Float64Array {
  const shares = new Float64Array(BINS);
  const width = (frame.right - frame.left) / BINS;
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((axis.at(value) - frame.left) / width));
    shares[bin] = (shares[bin] ?? 0) + 1 / values.length;
  }
  return shares;
}

function bars(shares: Float64Array, heights: Scale): string {
  const width = (frame.right - frame.left) / BINS;
  const rects = Array.from(shares, (share, bin) => {
    if (share === 0) return '';
    const top = heights.at(share);
    const left = frame.left + bin * width;
    return `<rect x="${pixel(left)}" y="${pixel(top)}" width="${pixel(width - 0.8)}" height="${pixel(frame.bottom - top)}"/>`;
  });
  return `<g class="bars">${rects.join('')}</g>`;
}

function publishedLines(published: readonly ChartMark[], axis: Scale): string {
  const lines = published.map(({ owner, name, valueMs }) => {
    const title = `${owner} ${name}: ${durationText(valueMs)}`;
    return `<path class="published" d="M${pixel(axis.at(valueMs))} ${PUBLISHED_Y - 8}V${frame.bottom}"><title>${escaped(title)}</title></path>`;
  });
  return lines.join('');
}

function ownLines(marks: readonly Mark[]): string {
  const lines = marks.map(({ x }) => `<path d="M${pixel(x)} ${OWN_Y - 8}V${frame.bottom}"/>`);
  return `<g class="mark">${lines.join('')}</g>`;
}

function labels(style: string, marks: readonly Mark[], y: number): string {
  return `<g class="${style}">${markLabels(marks, { y, left: 0, right: WIDTH })}</g>`;
}

function markAt(name: string, valueMs: number, axis: Scale): Mark {
  return { x: axis.at(valueMs), label: `${name} ${durationText(valueMs)}` };
}
