import type { FieldColours } from './model/field-pixels.ts';
import { CELL_KINDS, cells, GAP_STEPS_MS } from './model/rhythm.ts';

/** Colours that canvases are drawn with: those of the style sheet, light or dark. */
export interface Palette {
  readonly field: FieldColours;
  readonly ink: string;
  readonly soft: string;
  readonly rule: string;
  readonly mark: string;
  /** One for each step of gaps, the shortest first. */
  readonly gaps: readonly string[];
}

/** Reads the colours of the style sheet as it applies at the moment. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const gaps = Array.from({ length: GAP_STEPS_MS.length + 1 }, (_, step) => colour(`gap-${step}`));
  const field = new Uint32Array(CELL_KINDS);
  for (const name of ['waiting', 'prefill', 'computing', 'silent', 'stalled'] as const) {
    field[cells[name]] = pixelOf(colour(`cell-${name}`));
  }
  for (const [step, gap] of gaps.entries()) field[cells.tokens + step] = pixelOf(gap);
  return {
    field: { cells: field, track: pixelOf(colour('cell-silent')) },
    ink: colour('ink'),
    soft: colour('soft'),
    rule: colour('rule'),
    mark: colour('mark'),
    gaps,
  };
}

/** The bytes red, green, blue and alpha of `#rrggbb`, as one number of this machine's. */
function pixelOf(hex: string): number {
  const rgb = Number.parseInt(hex.slice(1, 7), 16);
  const bytes = new Uint8Array([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255]);
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}
