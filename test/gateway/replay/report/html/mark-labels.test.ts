import { describe, expect, it } from 'vitest';
import { markLabels } from '../../../../../gateway/replay/report/html/mark-labels.ts';

const row = { y: 20, left: 0, right: 480 };

/** On which side of its line each label stands, in the order of the lines. */
function sides(...places: readonly number[]): string[] {
  const marks = places.map((x) => ({ x, label: 'median 100 ms' }));
  return [...markLabels(marks, row).matchAll(/text-anchor="(\w+)"/gu)].map(([, side = '']) => side);
}

describe('the labels of marks', () => {
  it('stand on the right of their lines where there is room', () => {
    expect(sides(100)).toEqual(['start']);
    expect(sides(100, 300)).toEqual(['start', 'start']);
  });

  it('stand on the left where the border is near', () => {
    expect(sides(470)).toEqual(['end']);
    expect(sides(100, 470)).toEqual(['start', 'end']);
  });

  it('keep apart where their lines are close', () => {
    expect(sides(200, 220)).toEqual(['end', 'start']);
    expect(sides(330, 470)).toEqual(['end', 'end']);
  });

  it('stand as they can where there is room for one alone', () => {
    expect(sides(10, 20)).toEqual(['start', 'start']);
  });

  it('do not depend on the order of the marks, and are none for none', () => {
    expect(sides(220, 200)).toEqual(['end', 'start']);
    expect(markLabels([], row)).toBe('');
  });

  it('are safe text at their height', () => {
    expect(markLabels([{ x: 10, label: '<b>' }], row)).toBe(
      '<text x="14" y="20" text-anchor="start">&lt;b&gt;</text>',
    );
  });
});
