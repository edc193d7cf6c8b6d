import { styleText } from 'node:util';

/** How a piece of a line looks; `undefined` is as everything else. */
export type LineStyle = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'green' | undefined;

/** A piece of a line of a terminal. */
export type LinePiece = readonly [text: string, style?: LineStyle];

/** What in a name would move the cursor or colour the rest: control characters, which no terminal needs of us. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/gu;

/** Pieces as one line of at most `columns` characters; styles only where `hasColours`. */
export function terminalLine(
  pieces: readonly LinePiece[],
  { columns, hasColours }: { readonly columns: number; readonly hasColours: boolean },
): string {
  let left = columns;
  let line = '';
  for (const [text, style] of pieces) {
    const shown = fitted(text.replaceAll(CONTROL, '?'), left);
    left -= shown.length;
    const isPlain = style === undefined || !hasColours;
    line += isPlain ? shown : styleText(style, shown, { validateStream: false });
  }
  return line;
}

/** A text of exactly `width` characters, cut where it is longer. */
export function column(text: string, width: number): string {
  return fitted(text, width).padEnd(width);
}

/** The same, at the right end of its column. */
export function numberColumn(text: string, width: number): string {
  return fitted(text, width).padStart(width);
}

function fitted(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}
