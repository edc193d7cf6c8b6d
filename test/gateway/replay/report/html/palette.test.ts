import { describe, expect, it } from 'vitest';
import { chartStyle } from '../../../../../gateway/replay/report/html/chart-style.ts';
import {
  dark,
  light,
  print,
  variables,
} from '../../../../../gateway/replay/report/html/palette.ts';
import { reportStyle } from '../../../../../gateway/replay/report/html/style.ts';

describe('the palettes', () => {
  it('have the same names', () => {
    expect(Object.keys(dark)).toEqual(Object.keys(light));
    expect(Object.keys(print)).toEqual(Object.keys(light));
  });

  it('have every colour that a rule of style asks for', () => {
    const asked = [...`${chartStyle}${reportStyle}`.matchAll(/var\(--([\w-]+)\)/gu)].map(
      ([, name = '']) => name,
    );
    const missing = asked.filter((name) => name !== 'c' && !Object.hasOwn(light, name));

    expect(asked.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('are on white paper what they are by default, black for words', () => {
    expect(print).toMatchObject({ page: '#ffffff', ink: '#000000', s0: light['s0'] });
  });

  it('become variables', () => {
    expect(variables({ ink: '#000000', page: '#ffffff' })).toBe('--ink: #000000; --page: #ffffff;');
  });
});
