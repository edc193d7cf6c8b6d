import { chartStyle } from './chart-style.ts';
import { escaped } from './markup.ts';
import { light } from './palette.ts';
import type { Picture, Plot, PlotKey } from './plot.ts';

/** Over the picture of a file: the title, and below it the keys. */
const HEAD_HEIGHT = 58;
const TITLE_Y = 20;
const EXPLANATION_Y = 37;
const KEYS_Y = 52;
const KEY_WIDTH = 18;
const KEY_GAP = 16;
/** About the width of a character of a key. */
const CHARACTER_WIDTH = 6.2;

/** A plot as an SVG file that needs nothing else, with its title and keys in it, light whoever shows it. */
export function plotFile(plot: Plot): string {
  const { width, height, body } = plot.wide;
  const whole = { width: width + 2 * MARGIN, height: height + HEAD_HEIGHT + MARGIN };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}">`,
    `<title>${escaped(plot.title)}</title>`,
    `<style>${fileStyle}</style>`,
    `<rect width="${whole.width}" height="${whole.height}" fill="${light['page']}"/>`,
    `<g transform="translate(${MARGIN} 0)">`,
    `<text class="head" x="0" y="${TITLE_Y}">${escaped(plot.title)}</text>`,
    `<text x="0" y="${EXPLANATION_Y}">${escaped(plot.explanation)}</text>`,
    plot.keys.length < 2 ? '' : keys(plot.keys, plot.wide),
    `<g transform="translate(0 ${HEAD_HEIGHT})">${body}</g>`,
    '</g></svg>',
    '',
  ].join('\n');
}

const MARGIN = 16;

/** In one row, as far as they fit. */
function keys(all: readonly PlotKey[], { width }: Picture): string {
  let x = 0;
  const drawn = all.map(({ name, style, isPoints }) => {
    const at = x;
    x += KEY_WIDTH + KEY_GAP + name.length * CHARACTER_WIDTH;
    if (x > width + KEY_GAP) return '';
    const y = KEYS_Y - 4;
    const sign = isPoints
      ? `<circle class="dot ${style}" cx="${at + KEY_WIDTH / 2}" cy="${y}" r="3.6"/>`
      : `<path class="line ${style}" d="M${at} ${y}h${KEY_WIDTH}"/>`;
    return `${sign}<text x="${at + KEY_WIDTH + 5}" y="${KEYS_Y}">${escaped(name)}</text>`;
  });
  return drawn.join('');
}

/** With each colour in place of its variable, which programs other than browsers do not know. */
const fileStyle = [
  'text { font-family: system-ui, sans-serif; }',
  resolved(chartStyle),
  `text.head { fill: ${light['ink']}; font-size: 15px; font-weight: 600; }`,
].join('\n');

function resolved(style: string): string {
  const colours = new Map(
    [...style.matchAll(/\.([\w-]+) \{ --c: var\(--([\w-]+)\); \}/g)].map(
      ([, name = '', colour = '']) => [name, light[colour] ?? ''] as const,
    ),
  );
  const concrete = Array.from(
    colours,
    ([name, colour]) =>
      `.line.${name}, .dot.${name} { stroke: ${colour}; } .area.${name}, .dot.run-0.${name} { fill: ${colour}; }`,
  );
  const plain = style
    .replaceAll(/\.[\w-]+ \{ --c: [^}]*\} ?/g, '')
    .replaceAll(/\/\*.*?\*\/\n?/g, '')
    .replaceAll(/(?:stroke|fill): var\(--c\); ?/g, '')
    .replaceAll(/var\(--([\w-]+)\)/g, (_, name: string) => light[name] ?? '');
  return [plain.trim(), ...concrete].join('\n');
}
