import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptSize } from '../../../gateway/generation/request.ts';
import {
  BYTES_PER_TOKEN_DEFAULT,
  BYTES_PER_TOKEN_MAX,
  promptTokensMin,
  TokenEstimator,
} from '../../../gateway/pipeline/token-estimator.ts';

/** A prompt of so many bytes of text. */
function ofBytes(textBytes: number): PromptSize {
  return { tokens: undefined, textBytes };
}

describe('the tokens of a prompt', () => {
  it('are reckoned at four bytes each before a model has told', () => {
    const prompt = ofBytes(BYTES_PER_TOKEN_DEFAULT * 100);

    expect(new TokenEstimator().promptTokens('llama', prompt)).toBe(100);
  });

  it('are counted where it came as ids, whatever the model', () => {
    const estimator = new TokenEstimator();
    estimator.learn('llama', ofBytes(1000), 10);

    expect(estimator.promptTokens('llama', { tokens: 123, textBytes: 9 })).toBe(123);
  });

  it('are one at least', () => {
    const estimator = new TokenEstimator();

    expect(estimator.promptTokens('llama', { tokens: 0, textBytes: 2 })).toBe(1);
    expect(estimator.promptTokens('llama', { tokens: undefined, textBytes: 0 })).toBe(1);
  });

  it('come close to what the engine counts, model by model', () => {
    const estimator = new TokenEstimator();
    for (let answers = 0; answers < 200; answers += 1) {
      estimator.learn('dense', ofBytes(1000), 1000);
      estimator.learn('sparse', ofBytes(1000), 100);
    }

    expect(estimator.promptTokens('dense', ofBytes(500))).toBe(500);
    expect(estimator.promptTokens('sparse', ofBytes(500))).toBe(50);
    expect(estimator.promptTokens('other', ofBytes(500))).toBe(125);
  });

  it('are moved half of the way by the first answer, which counts as much as the default', () => {
    const estimator = new TokenEstimator();
    estimator.learn('llama', ofBytes(1000), 125);

    expect(estimator.promptTokens('llama', ofBytes(42_000))).toBe(7_000);
  });

  it('are moved a twentieth of the way by an answer after many', () => {
    const estimator = new TokenEstimator();
    for (let answers = 0; answers < 100; answers += 1) {
      estimator.learn('llama', ofBytes(400), 100);
    }
    estimator.learn('llama', ofBytes(1000), 125);

    expect(estimator.promptTokens('llama', ofBytes(42_000))).toBe(10_000);
  });

  it('teach nothing where they came as ids, or the engine counts none', () => {
    const estimator = new TokenEstimator();
    estimator.learn('llama', { tokens: 3, textBytes: 9 }, 3);
    estimator.learn('llama', ofBytes(0), 3);
    estimator.learn('llama', ofBytes(9), 0);

    expect(estimator.promptTokens('llama', ofBytes(400))).toBe(100);
  });
});

describe('the tokens that a prompt has in any case', () => {
  it('are all where it came as ids', () => {
    expect(promptTokensMin({ tokens: 123, textBytes: 9 })).toBe(123);
  });

  it('are one for each of the longest tokens that its text has room for', () => {
    expect(promptTokensMin(ofBytes(BYTES_PER_TOKEN_MAX * 7 - 1))).toBe(6);
    expect(promptTokensMin(ofBytes(BYTES_PER_TOKEN_MAX * 7))).toBe(7);
  });

  it('are one at least', () => {
    expect(promptTokensMin({ tokens: 0, textBytes: 2 })).toBe(1);
    expect(promptTokensMin(ofBytes(0))).toBe(1);
  });
});

describe('what is learned', () => {
  it('keeps every estimate a whole number of at least 1, whatever the engines tell', () => {
    const counts = fc.record({
      textBytes: fc.nat(),
      tokens: fc.nat(),
    });

    fc.assert(
      fc.property(fc.array(counts), (answers) => {
        const estimator = new TokenEstimator();
        for (const { textBytes, tokens } of answers) {
          estimator.learn('llama', ofBytes(textBytes), tokens);
        }
        const promptTokens = estimator.promptTokens('llama', ofBytes(1000));

        expect(Number.isSafeInteger(promptTokens) && promptTokens >= 1).toBe(true);
      }),
    );
  });

  it('is kept of a thousand models, and of one more the least recent is forgotten', () => {
    const estimator = new TokenEstimator();
    const knows = (model: number): boolean =>
      estimator.promptTokens(`model-${model}`, ofBytes(4000)) !== 1000;
    for (let model = 0; model < 1000; model += 1) {
      estimator.learn(`model-${model}`, ofBytes(1000), 1000);
    }
    expect(knows(0)).toBe(true);

    estimator.learn('model-1000', ofBytes(1000), 1000);

    expect([knows(0), knows(1), knows(1000)]).toEqual([true, false, true]);
  });
});
