import { colours } from '../../../telemetry/dashboards/colours.ts';
import type { DrawnPanel } from '../../support/drawn-dashboard.ts';

/** Far from each other, and from what means something. */
const PALETTE = [
  '#5794F2',
  '#FADE2A',
  '#B877D9',
  '#56D0E0',
  '#FF9830',
  '#96D98D',
  '#FF7383',
  '#C8B6A6',
];

/** Colours by name: Grafana's come from the name too, so that one replica has the same in every panel. */
export class ColourBook {
  readonly #known = new Map<string, string>();

  /** The colour that the panel fixes, or the one of that name. */
  of(panel: DrawnPanel, name: string): string {
    const fixed = panel.fieldConfig.overrides
      .filter(({ matcher }) => matcher.id === 'byName' && matcher.options === name)
      .flatMap(({ properties }) => properties)
      .find(({ id }) => id === 'color')?.value as { readonly fixedColor?: string } | undefined;
    return fixed?.fixedColor ?? this.#named(name.replace(/ as told$/u, ''));
  }

  #named(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const colour = PALETTE[this.#known.size % PALETTE.length] ?? colours.quiet;
    this.#known.set(name, colour);
    return colour;
  }
}

/** A legend with the labels of a series in it. */
export function legendText(format: string, labels: Readonly<Record<string, string>>): string {
  const text = format.replaceAll(/\{\{(\w+)\}\}/gu, (_, name: string) => labels[name] ?? '');
  return text.trim() === '' ? 'all' : text.trim();
}

/** The colour of a value by the thresholds of a panel or a cell. */
export function thresholdColour(thresholds: unknown, value: number): string {
  const { steps = [] } = (thresholds ?? {}) as {
    readonly steps?: readonly { readonly value: number | null; readonly color: string }[];
  };
  return (
    steps.findLast((step) => step.value === null || value >= step.value)?.color ?? colours.good
  );
}
