import { percentile } from '../../statistics.ts';
import { durationText } from '../quantity-text.ts';
import { baseAxis, upwardAxis } from './axes.ts';
import type { Frame } from './axes.ts';
import { escaped, pixel } from './markup.ts';
import type { Plot } from './plot.ts';
import { logScale, tailScale } from './scale.ts';
import type { Scale } from './scale.ts';

/** What one run came to of one latency: all of its values, or the few that are known of it. */
export interface Curve {
  /** Whose it is. */
  readonly name: string;
  /** Style class: `run-0` for the run that the page is of, `run-1` … `run-7` for the others. */
  readonly style: string;
  /** Empty where only points are known. */
  readonly valuesMs: Float64Array;
  /** Values that are known by themselves. */
  readonly points: readonly CurvePoint[];
}

/** One percentile of a run. */
export interface CurvePoint {
  readonly name: 'median' | 'P99';
  readonly valueMs: number;
}

/** One latency of the runs that stand beside each other, the page's own first. */
export interface Distribution {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  /** What is counted, such as `requests`. */
  readonly counted: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 480;
const HEIGHT = 270;
const frame: Frame = { left: 52, right: WIDTH - 14, top: 24, bottom: HEIGHT - 42 };
/** Points of a curve; more could not be told apart at this size. */
const STEPS = 180;
/** Where the axis of values starts at the lowest; chunks that came in one read have a gap of 0. */
const FROM_MS_MIN = 1;
/** P99 is told in any case, and beyond P99.99 a run has too few values. */
const NINES_MIN = 2.2;
const NINES_MAX = 4;

const shares: Readonly<Record<CurvePoint['name'], number>> = { median: 0.5, P99: 0.99 };

/** Which share of the values is at most how long, the tail as wide as the body: both axes are logarithmic. */
export function distributionChart(distribution: Distribution): Plot {
  const { name, title, explanation, counted } = distribution;
  const curves = distribution.curves.map((curve) => ({
    ...curve,
    valuesMs: curve.valuesMs.toSorted(),
  }));
  const values = valueScale(curves);
  const heights = tailScale(
    Math.max(...curves.map(({ valuesMs }) => ninesOf(valuesMs)), NINES_MIN),
    { from: frame.bottom, to: frame.top },
  );
  const body = [
    upwardAxis(
      { scale: heights, title: `share of ${counted} that took at most so long`, label: shareText },
      frame,
    ),
    baseAxis({ scale: values, title: `${title}, logarithmic`, label: durationText }, frame),
    // Ours comes last, so that it lies on the others.
    ...curves.toReversed().map((curve) => drawn(curve, values, heights)),
    ownLabels(curves[0], values, heights),
  ].join('\n');
  return {
    name,
    title,
    explanation,
    keys: curves.map((curve) => ({
      name: curve.valuesMs.length === 0 ? `${curve.name}, median and P99` : curve.name,
      style: curve.style,
      isPoints: curve.valuesMs.length === 0,
    })),
    wide: { width: WIDTH, height: HEIGHT, body },
  };
}

function shareText(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function valueScale(curves: readonly Curve[]): Scale {
  const ends = curves.flatMap(({ valuesMs, points }) => [
    ...(valuesMs.length === 0 ? [] : [valuesMs[0] ?? 0, valuesMs.at(-1) ?? 0]),
    ...points.map(({ valueMs }) => valueMs),
  ]);
  const least = Math.max(Math.min(...ends, Infinity), FROM_MS_MIN);
  const from = Number.isFinite(least) ? 10 ** Math.floor(Math.log10(least)) : FROM_MS_MIN;
  const to = Math.max(...ends, from * 10);
  return logScale({ from, to }, { from: frame.left, to: frame.right });
}

/** How far into the tail so many values reach. */
function ninesOf({ length }: Float64Array): number {
  return Math.min(NINES_MAX, Math.log10(Math.max(length, 1)));
}

function drawn(curve: Curve, values: Scale, heights: Scale): string {
  const dots = pointsOf(curve).map(({ name, valueMs }) => {
    const title = `${curve.name} ${name}: ${durationText(valueMs)}`;
    return `<circle class="dot ${curve.style}" cx="${pixel(values.at(valueMs))}" cy="${pixel(heights.at(shares[name]))}" r="3.6"><title>${escaped(title)}</title></circle>`;
  });
  return line(curve, values, heights) + dots.join('');
}

/** Ours are dots on our line; of others only those that have no line. */
function pointsOf({ valuesMs, points }: Curve): readonly CurvePoint[] {
  if (valuesMs.length === 0) return points;
  return (['median', 'P99'] as const).map((name) => ({
    name,
    valueMs: percentile(valuesMs, shares[name] * 100),
  }));
}

function line({ valuesMs, style }: Curve, values: Scale, heights: Scale): string {
  if (valuesMs.length === 0) return '';
  const nines = ninesOf(valuesMs);
  const points = Array.from({ length: STEPS + 1 }, (_, step) => {
    // The last of the values is its end.
    const share = step === STEPS ? 1 : 1 - 10 ** ((-nines * step) / STEPS);
    const height = step === STEPS ? 1 - 10 ** -nines : share;
    const x = values.at(percentile(valuesMs, share * 100));
    return `${pixel(x)} ${pixel(heights.at(height))}`;
  });
  return `<path class="line ${style}" d="M${points.join('L')}"/>`;
}

/** Beside our dots, where no line of ours runs: before the median, and below P99. */
function ownLabels(curve: Curve | undefined, values: Scale, heights: Scale): string {
  if (curve === undefined) return '';
  const labels = pointsOf(curve).map(({ name, valueMs }) => {
    const text = `${name} ${durationText(valueMs)}`;
    const x = values.at(valueMs);
    const y = heights.at(shares[name]);
    const fitsBefore = x - text.length * CHARACTER_WIDTH > frame.left;
    return fitsBefore
      ? `<text x="${pixel(x - 8)}" y="${pixel(y - 5)}" text-anchor="end">${escaped(text)}</text>`
      : `<text x="${pixel(x + 8)}" y="${pixel(y + 14)}">${escaped(text)}</text>`;
  });
  return `<g class="own-labels">${labels.join('')}</g>`;
}

/** About the width of a character of a label, which no label may be wider than. */
const CHARACTER_WIDTH = 7;
