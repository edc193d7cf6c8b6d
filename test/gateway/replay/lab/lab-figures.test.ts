import { describe, expect, it } from 'vitest';
import { labCells, labFigures, shownFigures } from '../../../../gateway/replay/lab/lab-figures.ts';
import type { LabFigure } from '../../../../gateway/replay/lab/lab-figures.ts';
import { measure } from '../../../../gateway/replay/measures.ts';
import { aLabEntry, aLabResult } from '../../../support/lab.ts';

function figure(key: string): LabFigure {
  const found = labFigures.find((each) => each.key === key);
  if (found === undefined) throw new Error(key);
  return found;
}

describe('the figures of a lab', () => {
  it.each([
    ['ttftP50Ms', '100 ms'],
    ['ttftP99Ms', '100 ms'],
    ['gapP99Ms', '10 ms'],
    ['makespanMs', '1 s'],
    ['goodputTokensPerSecond', '11'],
    ['recomputedTokens', '0'],
    ['failedRequests', '0'],
    ['spread', '1.00'],
  ])('tell %s as %s', (key, text) => {
    expect(labCells(figure(key), [aLabEntry()])).toEqual([{ text, isBest: false }]);
  });

  it('mark the least or the most, whichever is better', () => {
    const entries = [aLabEntry({ goodput: 5, spread: 1 }), aLabEntry({ goodput: 9, spread: 2 })];
    const best = (key: string) => labCells(figure(key), entries).map(({ isBest }) => isBest);

    expect(best('goodputTokensPerSecond')).toEqual([false, true]);
    expect(best('spread')).toEqual([true, false]);
  });

  it('mark all that read as the best, and nobody where all do', () => {
    const spreads = (...values: readonly number[]) =>
      labCells(
        figure('spread'),
        values.map((spread) => aLabEntry({ spread })),
      ).map(({ isBest }) => isBest);

    expect(spreads(1.001, 1.002, 2)).toEqual([true, true, false]);
    expect(spreads(1.001, 1.002)).toEqual([false, false]);
  });

  it('show failures where there are any', () => {
    const keys = (succeeded: boolean) => {
      const results = [aLabResult({ succeeded })];
      const entry = aLabEntry({ results, measures: measure(results, 1000) });
      return shownFigures([aLabEntry(), entry]).map(({ key }) => key);
    };

    expect(keys(true)).not.toContain('failedRequests');
    expect(keys(false)).toContain('failedRequests');
  });
});
