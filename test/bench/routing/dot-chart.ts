import { escaped, pixel } from '../../../gateway/replay/report/html/markup.ts';
import { linearScale, logScale } from '../../../gateway/replay/report/html/scale.ts';
import type { Scale } from '../../../gateway/replay/report/html/scale.ts';
import { figureText } from './figure-text.ts';
import type { MetricName } from './metrics.ts';
import { metricKinds } from './metrics.ts';
import { meanOf } from './results.ts';
import type { ContestantResult, LineResult } from './results.ts';
import { boundOf } from './table.ts';

const WIDTH = 480;
const ROW = 17;
const plot = { left: 150, right: WIDTH - 60, top: 8 };

/** One metric of one line: a dot a seed, a bar at the mean, the bound dashed. */
export function dotChart(line: LineResult, metric: MetricName): string {
  const height = plot.top + line.contestants.length * ROW + 26;
  const bottom = height - 22;
  const axis = valueAxis(line, metric);
  const rows = line.contestants.map((one, row) => contestantRow(one, { metric, row, axis }));
  const { title, better } = metricKinds[metric];
  return [
    `<figure class="chart"><figcaption><b>${escaped(title)}</b> ${better === 'less' ? 'less' : 'more'} is better</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)} by policy">`,
    ticks(axis, metric, bottom),
    boundLine(line, { metric, axis, bottom }),
    ...rows,
    '</svg></figure>',
  ].join('\n');
}

function valueAxis({ contestants }: LineResult, metric: MetricName): Scale {
  const values = contestants.flatMap(({ values: all }) => all[metric] ?? []);
  const span = { from: Math.min(...values), to: Math.max(...values) };
  const pixels = { from: plot.left, to: plot.right };
  if (metricKinds[metric].unit !== 'ms' || span.from <= 0) {
    return linearScale({ from: Math.min(0, span.from), to: span.to || 1 }, pixels, 4);
  }
  return logScale({ from: span.from / 1.1, to: span.to * 1.1 }, pixels);
}

interface RowPlace {
  readonly metric: MetricName;
  readonly row: number;
  readonly axis: Scale;
}

function contestantRow(one: ContestantResult, { metric, row, axis }: RowPlace): string {
  const y = plot.top + row * ROW + ROW / 2;
  const mean = meanOf(one, metric);
  const style = { ours: 'series-1', plain: 'series-0', rival: 'series-7', bound: 'series-2' };
  const dots = (one.values[metric] ?? []).map(
    (value) => `<circle cx="${pixel(axis.at(value))}" cy="${pixel(y)}" r="2.2"/>`,
  );
  return [
    `<g class="${style[one.side]}">`,
    `<text x="${plot.left - 8}" y="${pixel(y)}" dy="0.32em" text-anchor="end">${escaped(one.name)}</text>`,
    `<g fill="var(--c)" opacity="0.5">${dots.join('')}</g>`,
    `<path class="line" d="M${pixel(axis.at(mean))} ${pixel(y - 6)}v12"/>`,
    `<text x="${WIDTH - 4}" y="${pixel(y)}" dy="0.32em" text-anchor="end">${figureText(metric, mean)}</text></g>`,
  ].join('');
}

function boundLine(
  line: LineResult,
  { metric, axis, bottom }: { metric: MetricName; axis: Scale; bottom: number },
): string {
  const bound = boundOf(line, metric);
  if (Number.isNaN(bound)) return '';
  return `<path class="published" d="M${pixel(axis.at(bound))} ${plot.top}V${bottom}"/>`;
}

function ticks(axis: Scale, metric: MetricName, bottom: number): string {
  const marks = axis.ticks.map((tick) => {
    const x = pixel(axis.at(tick));
    return `<path d="M${x} ${plot.top}V${bottom}"/><text x="${x}" y="${bottom + 15}" text-anchor="middle">${figureText(metric, tick)}</text>`;
  });
  return `<g class="grid">${marks.join('')}</g>`;
}
