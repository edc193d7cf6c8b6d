import { countText, durationText } from '../quantity-text.ts';
import { baseAxis, upwardAxis } from './axes.ts';
import type { Frame } from './axes.ts';
import { pixel } from './markup.ts';
import type { Picture, Plot } from './plot.ts';
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
  /** Of its file, without an ending. */
  readonly name: string;
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

/** A drawing area of one size. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly timeTicks: number;
}

/** The two sizes of what goes over the time of a run: for a page, and for a phone. */
export const timeSizes: { readonly wide: PictureSize; readonly narrow: PictureSize } = {
  wide: { width: 980, height: 216, timeTicks: 10 },
  narrow: { width: 480, height: 250, timeTicks: 7 },
};

/** What the axis of time is called. */
export const TIME_TITLE = 'time since the start, as at speed 1';

/** Where a picture of that size is drawn on. */
export function timeFrame({ width, height }: PictureSize): Frame {
  return { left: 58, right: width - 16, top: 22, bottom: height - 42 };
}

/** One panel, a line for each replica. */
export function lineChart(chart: LineChart): Plot {
  const { name, title, explanation, lines } = chart;
  return {
    name,
    title,
    explanation,
    keys: lines.map((line) => ({ name: line.name, style: line.style, isPoints: false })),
    wide: drawnChart(chart, timeSizes.wide),
    narrow: drawnChart(chart, timeSizes.narrow),
  };
}

function drawnChart(chart: LineChart, size: PictureSize): Picture {
  const frame = timeFrame(size);
  const time = linearScale(
    { from: 0, to: chart.durationMs },
    { from: frame.left, to: frame.right },
    size.timeTicks,
  );
  const heights = linearScale(
    { from: 0, to: chart.most ?? largest(chart.lines) },
    { from: frame.bottom, to: frame.top },
    4,
  );
  const label = chart.unit === 'share' ? shareText : countText;
  const body = [
    upwardAxis({ scale: heights, title: chart.valueTitle, label }, frame),
    baseAxis({ scale: time, title: TIME_TITLE, label: durationText }, frame),
    ...chart.lines.map((line) => drawn(line, time, heights)),
  ].join('\n');
  return { width: size.width, height: size.height, body };
}

function shareText(share: number): string {
  return `${Math.round(share * 100)} %`;
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
