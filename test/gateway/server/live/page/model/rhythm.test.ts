import { describe, expect, it } from 'vitest';
import {
  CELL_KINDS,
  cells,
  GAP_STEPS_MS,
  gapStep,
  quietCell,
  tokenCell,
} from '../../../../../../gateway/server/live/page/model/rhythm.ts';

describe('the rhythm of a request', () => {
  it.each(GAP_STEPS_MS.map((limitMs, step) => ({ limitMs, step })))(
    'has a step up to $limitMs ms, and the next one past it',
    ({ limitMs, step }) => {
      expect(gapStep(limitMs)).toBe(step);
      expect(gapStep(limitMs + 0.1)).toBe(step + 1);
    },
  );

  it('has a cell of its own for each step, and no more', () => {
    expect(tokenCell(0)).toBe(cells.tokens);
    expect(tokenCell(1e9)).toBe(CELL_KINDS - 1);
  });

  it('tells a quiet request by where it is, and a stream that has been quiet for a second as stalled', () => {
    expect(quietCell('waiting', 60_000)).toBe(cells.waiting);
    expect(quietCell('prefill', 60_000)).toBe(cells.prefill);
    expect(quietCell('computing', 60_000)).toBe(cells.computing);
    expect(quietCell('streaming', 999)).toBe(cells.silent);
    expect(quietCell('streaming', 1_000)).toBe(cells.stalled);
  });
});
