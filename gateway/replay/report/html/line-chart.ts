import { countText, durationText } from '../quantity-text.ts';
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
  readonly lines: readonly Line[];
  readonly durationMs: number;
  /** Top of the axis; found from the lines where it is left out. */
  readonly most?: number;
  /** How values read: counts, or shares from 0 to 1 as percentages. */
  readonly unit: 'count' | 'share';
}

const WIDTH = 980;
const HEIGHT = 200;
const plot = { left: 58, right: WIDTH - 12, top: 10, bottom: HEIGHT - 26 };

/** One panel as SVG, with its legend in the caption. */
export function lineChart(chart: LineChart): string {
  const time = linearScale(
    { from: 0, to: chart.durationMs },
    { from: plot.left, to: plot.right },
    10,
  );
  const heights = linearScale(
    { from: 0, to: chart.most ?? largest(chart.lines) },
    { from: plot.bottom, to: plot.top },
    4,
  );
  return [
    `<figure class="chart wide"><figcaption><b>${escaped(chart.title)}</b> ${escaped(chart.explanation)}${legend(chart.lines)}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(chart.title)} over time">`,
    valueAxis(heights, chart.unit),
    timeAxis(time),
    ...chart.lines.map((line) => drawn(line, time, heights)),
    '</svg></figure>',
  ].join('\n');
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

function valueAxis(heights: Scale, unit: LineChart['unit']): string {
  const lines = heights.ticks.map((tick) => {
    const y = pixel(heights.at(tick));
    const label = unit === 'share' ? `${Math.round(tick * 100)} %` : countText(tick);
    return `<path d="M${plot.left} ${y}H${plot.right}"/><text x="${plot.left - 6}" y="${y}" dy="0.32em" text-anchor="end">${label}</text>`;
  });
  return `<g class="grid">${lines.join('')}</g>`;
}

function timeAxis(time: Scale): string {
  const ticks = time.ticks.map((tick) => {
    const x = pixel(time.at(tick));
    return `<path d="M${x} ${plot.bottom}v4"/><text x="${x}" y="${plot.bottom + 17}" text-anchor="middle">${durationText(tick)}</text>`;
  });
  return `<g class="axis"><path d="M${plot.left} ${plot.bottom}H${plot.right}"/>${ticks.join('')}</g>`;
}

function drawn({ values, timesMs, style, isArea }: Line, time: Scale, heights: Scale): string {
  if (values.length === 0) return '';
  const points = Array.from(values, (value, index) => {
    const x = pixel(time.at(timesMs[index] ?? 0));
    return `${x} ${pixel(heights.at(value))}`;
  });
  const path = `M${points.join('L')}`;
  if (!isArea) return `<path class="line ${style}" d="${path}"/>`;
  const startX = pixel(time.at(timesMs[0] ?? 0));
  const endX = pixel(time.at(timesMs.at(-1) ?? 0));
  return `<path class="area ${style}" d="${path}L${endX} ${plot.bottom}L${startX} ${plot.bottom}Z"/>`;
}
