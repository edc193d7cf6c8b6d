import { escaped, pixel } from './markup.ts';
import type { Scale } from './scale.ts';

/** The part of a picture that is drawn on, in its own units; axes and their words stand around it. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One axis: where its values stand, how they read and what they are. */
export interface Axis {
  readonly scale: Scale;
  readonly title: string;
  readonly label: (value: number) => string;
}

/** Below the axis of time or values: the labels of its ticks, and then its title. */
const TICK_LABEL_DOWN = 17;
const TITLE_DOWN = 33;

/** Lines across the frame with their values on the left; the title stands above them. */
export function upwardAxis({ scale, title, label }: Axis, frame: Frame): string {
  const lines = scale.ticks.map((tick) => {
    const y = pixel(scale.at(tick));
    return `<path d="M${frame.left} ${y}H${frame.right}"/><text x="${frame.left - 6}" y="${y}" dy="0.32em" text-anchor="end">${escaped(label(tick))}</text>`;
  });
  return `<g class="grid">${lines.join('')}</g><text class="title" x="0" y="10">${escaped(title)}</text>`;
}

/** The base of the frame with ticks and their values below it; the title stands at its end. */
export function baseAxis({ scale, title, label }: Axis, frame: Frame): string {
  const { left, right, bottom } = frame;
  const ticks = scale.ticks.map((tick) => {
    const x = pixel(scale.at(tick));
    return `<path d="M${x} ${bottom}v4"/><text x="${x}" y="${bottom + TICK_LABEL_DOWN}" text-anchor="middle">${escaped(label(tick))}</text>`;
  });
  return `<g class="axis"><path d="M${left} ${bottom}H${right}"/>${ticks.join('')}</g><text class="title" x="${right}" y="${bottom + TITLE_DOWN}" text-anchor="end">${escaped(title)}</text>`;
}
