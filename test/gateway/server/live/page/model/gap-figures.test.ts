import { describe, expect, it } from 'vitest';
import {
  gapBars,
  gapFigures,
} from '../../../../../../gateway/server/live/page/model/gap-figures.ts';

describe('the figures of gaps', () => {
  it('are the middle, the 95th of a hundred, and the longest', () => {
    const gaps = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect(gapFigures(gaps)).toEqual({ median: 50, p95: 95, longest: 100 });
    expect(gapFigures([7])).toEqual({ median: 7, p95: 7, longest: 7 });
    expect(gapFigures([])).toBeUndefined();
  });
});

describe('the bars of gaps', () => {
  it('are the gaps themselves while there is room', () => {
    expect(gapBars([3, 1, 2], 3)).toEqual([3, 1, 2]);
  });

  it('are the longest of each run of them where there is not: no stall is lost', () => {
    expect(gapBars([1, 9, 1, 1, 5, 1], 3)).toEqual([9, 1, 5]);
    expect(
      Math.max(
        ...gapBars(
          Array.from({ length: 997 }, (_, gap) => gap),
          10,
        ),
      ),
    ).toBe(996);
  });
});
