import { countText, durationText } from '../quantity-text.ts';
import { baseAxis, upwardAxis } from './axes.ts';
import type { Frame } from './axes.ts';
import { escaped, pixel } from './markup.ts';
import { linearScale } from './scale.ts';
import type { Scale } from './scale.ts';

/** One line over time: a value at each of its times, in milliseconds from the start of the run. */
export interface Line {
  readonly name: string;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** Style class: `series-0` … `series-7` for replicas, `quiet` for what belongs to nobody. */
  readonly style: string;
  readonly isArea: boolean;
}

/** One panel of the timeline. */
export interface LineChart {
  readonly title: string;
  readonly explanation: string;
  /** What the values are, such as `requests`. */
  readonly valueTitle: string;
  readonly lines: readonly Line[];
  readonly durationMs: number;
  /** Top of the axis; found from the lines where it is left out. */
  readonly most?: number;
  /** How values read: counts, or shares from 0 to 1 as percentages. */
  readonly unit: 'count' | 'share';
}

/** A picture for one width of the page: a wide one made small could not be read on a phone. */
interface Picture {
  readonly style: string;
  readonly width: number;
  readonly height: number;
  readonly timeTicks: number;
}

const pictures: readonly Picture[] = [
  { style: 'at-wide', width: 980, height: 216, timeTicks: 10 },
  { style: 'at-narrow', width: 480, height: 250, timeTicks: 7 },
];

/** One panel as SVG, twice, of which the page shows what fits its width; its legend stands in the caption. */
export function lineChart(chart: LineChart): string {
  return [
    `<figure class="chart wide"><figcaption><b>${escaped(chart.title)}</b> ${escaped(chart.explanation)}${legend(chart.lines)}</figcaption>`,
    ...pictures.map((picture) => drawnChart(chart, picture)),
    '</figure>',
  ].join('\n');
}

function drawnChart(chart: LineChart, { style, width, height, timeTicks }: Picture): string {
  const frame: Frame = { left: 58, right: width - 16, top: 22, bottom: height - 42 };
  const time = linearScale(
    { from: 0, to: chart.durationMs },
    { from: frame.left, to: frame.right },
    timeTicks,
  );
  const heights = linearScale(
    { from: 0, to: chart.most ?? largest(chart.lines) },
    { from: frame.bottom, to: frame.top },
    4,
  );
  const label = chart.unit === 'share' ? shareText : countText;
  return [
    `<svg class="${style}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)} over time">`,
    upwardAxis({ scale: heights, title: chart.valueTitle, label }, frame),
    baseAxis({ scale: time, title: TIME_TITLE, label: durationText }, frame),
    ...chart.lines.map((line) => drawn(line, time, heights)),
    '</svg>',
  ].join('\n');
}

const TIME_TITLE = 'time since the start, as at speed 1';

function shareText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function legend(lines: readonly Line[]): string {
  if (lines.length < 2) return '';
  const items = lines.map(
    ({ name, style }) => `<span class="key ${style}"><i></i>${escaped(name)}</span>`,
  );
  return `<span class="legend">${items.join('')}</span>`;
}

function largest(lines: readonly Line[]): number {
  return Math.max(
    1,
    ...lines.map(({ values }) => values.reduce((most, each) => Math.max(most, each), 0)),
  );
}

function drawn({ values, timesMs, style, isArea }: Line, time: Scale, heights: Scale): string {
  if (values.length === 0) return '';
  const points = Array.from(values, (value, index) => {
    const x = pixel(time.at(timesMs[index] ?? 0));
    return `${x} ${pixel(heights.at(value))}`;
  });
  const path = `M${points.join('L')}`;
  if (!isArea) return `<path class="line ${style}" d="${path}"/>`;
  const base = pixel(heights.at(0));
  const startX = pixel(time.at(timesMs[0] ?? 0));
  const endX = pixel(time.at(timesMs.at(-1) ?? 0));
  return `<path class="area ${style}" d="${path}L${endX} ${base}L${startX} ${base}Z"/>`;
}
