import { describe, expect, it } from 'vitest';
import { reportStyle } from '../../../../../gateway/replay/report/html/style.ts';

const blocks = reportStyle.match(/:root \{[^}]+\}/gu) ?? [];
const variables = (block: string): string[] =>
  [...block.matchAll(/(--[\w-]+):/gu)].map(([, name]) => name ?? '').toSorted();

/** Relative luminance of a colour such as `#12161c` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(block: string, one: string, other: string): number {
  const colour = (name: string): string =>
    new RegExp(`${name}: (#[0-9a-f]{6})`, 'u').exec(block)?.[1] ?? '#000000';
  const [dark = 0, light = 0] = [luminance(colour(one)), luminance(colour(other))].toSorted(
    (first, second) => first - second,
  );
  return (light + 0.05) / (dark + 0.05);
}

describe('the style of the report', () => {
  it('sets every colour anew for light, dark and print', () => {
    expect(blocks).toHaveLength(3);
    for (const block of blocks) expect(variables(block)).toEqual(variables(blocks[0] ?? ''));
  });

  it.each(blocks.map((block, index) => [['light', 'dark', 'print'][index], block] as const))(
    'can be read: %s',
    (_, block) => {
      // 4.5 for text and 3 for lines are the bounds of WCAG 2.2, level AA.
      expect(contrast(block, '--ink', '--page')).toBeGreaterThan(7);
      expect(contrast(block, '--soft', '--page')).toBeGreaterThan(4.5);
      expect(contrast(block, '--warn', '--warn-back')).toBeGreaterThan(4.5);
      for (const series of ['--s0', '--s1', '--s2', '--s3', '--s4', '--s5', '--s6', '--s7']) {
        expect(contrast(block, series, '--page'), series).toBeGreaterThan(3);
      }
    },
  );

  it.each(blocks)('gives what is published a colour that no replica has', (block) => {
    const colours = [...block.matchAll(/--(?:published|s\d): (#[0-9a-f]{6})/gu)].map(
      ([, hex]) => hex,
    );

    expect(new Set(colours).size).toBe(9);
  });

  it('dashes every other replica, so that one shows under another', () => {
    expect(reportStyle).toContain('.series-1, .series-3, .series-5, .series-7 { stroke-dasharray');
  });

  it('shows narrow charts on narrow screens alone, and keeps the names of lines in sight', () => {
    expect(reportStyle).toMatch(
      /@media screen and \(max-width: 700px\) \{[^@]*\.at-narrow \{ display: block/u,
    );
    expect(reportStyle).toMatch(/th:first-child, td:first-child \{ position: sticky/u);
  });
});
