import { escaped } from './markup.ts';

/** A colour of a plot and whose it is. */
export interface PlotKey {
  readonly name: string;
  /** Style class of its line or of its points. */
  readonly style: string;
  /** True of what is known at some points only. */
  readonly isPoints: boolean;
}

/** A drawing at one size: a wide one made small could not be read on a phone. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** What stands in the SVG. */
  readonly body: string;
}

/** One plot, with all that a page or a file needs to show it. */
export interface Plot {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  readonly keys: readonly PlotKey[];
  readonly wide: Picture;
  /** Left out where the wide one can be read at any width. */
  readonly narrow?: Picture;
}

/** A plot on a page; its keys stand in the caption, unless `hidesKeys` says that they stand elsewhere. */
export function figure(
  plot: Plot,
  { hidesKeys = false }: { readonly hidesKeys?: boolean } = {},
): string {
  const { title, explanation, wide, narrow } = plot;
  const keys =
    hidesKeys || plot.keys.length < 2 ? '' : `<span class="legend">${keyLine(plot.keys)}</span>`;
  const caption = `<b>${escaped(title)}</b> ${escaped(explanation)}${keys}`;
  return [
    `<figure class="chart${narrow === undefined ? '' : ' wide'}"><figcaption>${caption}</figcaption>`,
    drawing(title, wide, narrow === undefined ? undefined : 'at-wide'),
    ...(narrow === undefined ? [] : [drawing(title, narrow, 'at-narrow')]),
    '</figure>',
  ].join('\n');
}

/** Keys as they stand in a line of words. */
export function keyLine(keys: readonly PlotKey[]): string {
  return keys
    .map(({ name, style, isPoints }) => {
      const styles = isPoints ? `key point ${style}` : `key ${style}`;
      return `<span class="${styles}"><i></i>${escaped(name)}</span>`;
    })
    .join('');
}

function drawing(
  title: string,
  { width, height, body }: Picture,
  style: string | undefined,
): string {
  const styled = style === undefined ? '' : `class="${style}" `;
  return `<svg ${styled}viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">\n${body}\n</svg>`;
}
