import { describe, expect, it } from 'vitest';
import { Breakages, SAME_DEATH_MS } from '../../../gateway/pipeline/breakages.ts';

describe('answers that break', () => {
  it('at one replica within a second of each other met others', () => {
    const breakages = new Breakages();
    breakages.note('a', 'one', 0);
    breakages.note('a', 'two', 10);

    expect(breakages.metOthers('a', 'one', 10)).toBe(true);
    expect(breakages.metOthers('a', 'two', SAME_DEATH_MS)).toBe(true);
    expect(breakages.metOthers('a', 'two', SAME_DEATH_MS + 1)).toBe(false);
    expect(breakages.metOthers('b', 'one', 10)).toBe(false);
  });

  it('alone met nobody, however often', () => {
    const breakages = new Breakages();
    breakages.note('a', 'one', 0);
    breakages.note('a', 'one', 1);

    expect(breakages.metOthers('a', 'one', 1)).toBe(false);
    expect(breakages.metOthers('a', 'two', 1)).toBe(true);
  });

  it('of many requests are remembered by the last two', () => {
    const breakages = new Breakages();
    for (const id of ['one', 'two', 'three']) breakages.note('a', id, 0);

    for (const id of ['one', 'two', 'three']) expect(breakages.metOthers('a', id, 0)).toBe(true);
  });
});
