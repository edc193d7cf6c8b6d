import { describe, expect, it } from 'vitest';
import { type Counted, UsageTally } from '../../../gateway/pipeline/usage-tally.ts';

function ofChoice(choice: number, promptTokens: number, cachedTokens?: number): Counted {
  const counts = { promptTokens, outputTokens: 10 ** choice, cachedTokens };
  return { usage: undefined, choiceUsages: new Map([[choice, counts]]) };
}

describe('the counts of an answer', () => {
  it('are what the engine told of all of it, where it did', () => {
    const usage = { promptTokens: 3, outputTokens: 4, cachedTokens: 2 };

    expect(new UsageTally({ choices: 4, prompts: 2 }).add({ usage })).toBe(usage);
  });

  it('are those of its choices, of each prompt once, when all are there', () => {
    const tally = new UsageTally({ choices: 4, prompts: 2 });
    expect(tally.add(ofChoice(3, 5, 1))).toBeUndefined();
    expect(tally.add(ofChoice(0, 3, 1))).toBeUndefined();
    expect(tally.add(ofChoice(1, 3, 1))).toBeUndefined();

    expect(tally.add(ofChoice(2, 5, 1))).toEqual({
      promptTokens: 8,
      outputTokens: 1111,
      cachedTokens: 2,
    });
  });

  it('tell no cached tokens where the engine does not', () => {
    expect(
      new UsageTally({ choices: 1, prompts: 1 }).add(ofChoice(0, 3))?.cachedTokens,
    ).toBeUndefined();
  });

  it('are not those of a choice that nobody asked for', () => {
    const tally = new UsageTally({ choices: 2, prompts: 1 });
    tally.add(ofChoice(2, 3));

    expect(tally.add(ofChoice(0, 3))).toBeUndefined();
  });

  it('are not known of an answer whose beginning was not kept', () => {
    const tally = new UsageTally({ choices: 2, prompts: 2 });

    expect(tally.add(ofChoice(0, 3))).toBeUndefined();
    expect(tally.add({ usage: undefined })).toBeUndefined();
  });
});
