import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exactOutlook,
  OUTPUT_TOKENS_DEFAULT,
  OutputLengths,
  type AnswerClass,
} from '../../routing/output-lengths.ts';

function aClass(facts: Partial<AnswerClass> = {}): AnswerClass {
  return {
    model: 'llama',
    tenant: 'anyone',
    promptTokens: 500,
    outputTokensMax: undefined,
    ...facts,
  };
}

function learned(answer: AnswerClass, lengths: readonly number[]): OutputLengths {
  const all = new OutputLengths();
  for (const length of lengths) all.learn(answer, length);
  return all;
}

const repeated = (length: number, count = 100): readonly number[] =>
  Array.from({ length: count }, () => length);

describe('the outlook of an answer', () => {
  it('is the default before the model has answered once', () => {
    expect(new OutputLengths().outlook(aClass()).expectedTokens(0)).toBe(OUTPUT_TOKENS_DEFAULT);
  });

  it('is as long again as it is, where nobody has seen one so long', () => {
    expect(new OutputLengths().outlook(aClass()).expectedTokens(1000)).toBe(2000);
  });

  it('comes near to what its class has had', () => {
    const all = learned(aClass(), repeated(800));

    expect(all.outlook(aClass()).expectedTokens(0)).toBeCloseTo(800, -1);
  });

  it('goes by the model where its class is new, and by its class once that has a few', () => {
    const all = learned(aClass({ tenant: 'first' }), repeated(800));
    const second = aClass({ tenant: 'second' });

    expect(all.outlook(second).expectedTokens(0)).toBeGreaterThan(700);
    for (const length of repeated(50, 40)) all.learn(second, length);
    expect(all.outlook(second).expectedTokens(0)).toBeLessThan(150);
  });

  it('tells classes apart by model, tenant, asked maximum and size of the prompt', () => {
    const all = learned(aClass(), repeated(800));
    for (const length of repeated(10)) {
      all.learn(aClass({ tenant: 'terse' }), length);
      all.learn(aClass({ outputTokensMax: 4096 }), length);
      all.learn(aClass({ promptTokens: 30_000 }), length);
    }

    expect(all.outlook(aClass()).expectedTokens(0)).toBeGreaterThan(700);
    expect(all.outlook(aClass({ tenant: 'terse' })).expectedTokens(0)).toBeLessThan(50);
    expect(all.outlook(aClass({ outputTokensMax: 4096 })).expectedTokens(0)).toBeLessThan(50);
    expect(all.outlook(aClass({ promptTokens: 30_000 })).expectedTokens(0)).toBeLessThan(50);
    expect(all.outlook(aClass({ model: 'qwen' })).expectedTokens(0)).toBe(OUTPUT_TOKENS_DEFAULT);
  });

  it('is read on the condition of what has been produced: who outlives the short ones is a long one', () => {
    const all = learned(aClass(), [...repeated(20, 90), ...repeated(2000, 10)]);
    const outlook = all.outlook(aClass());

    expect(outlook.expectedTokens(0)).toBeLessThan(400);
    expect(outlook.expectedTokens(100)).toBeGreaterThan(1500);
  });

  it('never passes the asked maximum', () => {
    const all = learned(aClass({ outputTokensMax: 100 }), repeated(2000));

    expect(all.outlook(aClass({ outputTokensMax: 100 })).expectedTokens(0)).toBe(100);
    expect(new OutputLengths().outlook(aClass({ outputTokensMax: 0 })).expectedTokens(0)).toBe(1);
  });

  it('goes on learning after it was asked for', () => {
    const all = learned(aClass(), [10]);
    const outlook = all.outlook(aClass());
    for (const length of repeated(1000)) all.learn(aClass(), length);

    expect(outlook.expectedTokens(0)).toBeGreaterThan(900);
  });

  it('is always a whole number above what has been produced', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 40 });
    const cap = fc.option(fc.integer({ min: 0, max: 1e6 }), { nil: undefined });
    fc.assert(
      fc.property(lengths, cap, fc.integer({ min: 0, max: 1e6 }), (all, outputTokensMax, made) => {
        const answer = aClass({ outputTokensMax });
        const expected = learned(answer, all).outlook(answer).expectedTokens(made);

        expect(Number.isInteger(expected)).toBe(true);
        expect(expected).toBeGreaterThan(made);
      }),
    );
  });

  it('is exact where the answer runs to its maximum', () => {
    expect(exactOutlook(2048).expectedTokens(0)).toBe(2048);
  });
});
