/** Colours by the names that rules of style know them by. */
export type Palette = Readonly<Record<string, string>>;

/** By default, and in files of single plots. */
export const light: Palette = {
  page: '#ffffff',
  ink: '#1c2430',
  soft: '#5c6878',
  rule: '#dfe4ea',
  panel: '#f6f8fa',
  heat: '#1d4f9c',
  published: '#b4470b',
  good: '#1a7f4b',
  warn: '#9a3412',
  'warn-back': '#fff4ec',
  s0: '#2563c9',
  s1: '#0f766e',
  s2: '#9333b8',
  s3: '#4d7c0f',
  s4: '#c02682',
  s5: '#0369a1',
  s6: '#7a5c00',
  s7: '#5f6b7a',
  quiet: '#b6c0cc',
};

/** Where the reader prefers it. */
export const dark: Palette = {
  page: '#12161c',
  ink: '#e4e9f0',
  soft: '#9aa7b6',
  rule: '#2b333e',
  panel: '#1a2029',
  heat: '#9cc2ff',
  published: '#ff9d5c',
  good: '#58c98c',
  warn: '#ffb27a',
  'warn-back': '#2b1d13',
  s0: '#7aa7ff',
  s1: '#4fd1c5',
  s2: '#d08cf0',
  s3: '#a3d65c',
  s4: '#ff7fc2',
  s5: '#5cc8f5',
  s6: '#d9c25a',
  s7: '#aab4c0',
  quiet: '#46515f',
};

/** On paper, which is white in any case. */
export const print: Palette = {
  ...light,
  ink: '#000000',
  soft: '#444444',
  rule: '#cccccc',
  panel: '#ffffff',
  'warn-back': '#ffffff',
};

/** A palette as variables of the page. */
export function variables(palette: Palette): string {
  const entries = Object.entries(palette);
  return entries.map(([name, colour]) => `--${name}: ${colour};`).join(' ');
}
