import { describe, expect, it } from 'vitest';
import { chartStyle } from '../../../../../gateway/replay/report/html/chart-style.ts';

describe('the style of charts', () => {
  it.each(['series', 'run'])('has eight colours of %s', (kind) => {
    const names = [...chartStyle.matchAll(new RegExp(`\\.${kind}-(\\d) \\{ --c`, 'gu'))];

    expect(names.map(([, number]) => Number(number))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('has six shades of a heatmap, each stronger than the one before', () => {
    const shades = [...chartStyle.matchAll(/\.heat-\d \{ opacity: ([\d.]+); \}/gu)].map(
      ([, opacity]) => Number(opacity),
    );

    expect(shades).toHaveLength(6);
    expect(shades).toEqual(shades.toSorted((one, other) => one - other));
    expect(shades.at(-1)).toBe(1);
  });
});
