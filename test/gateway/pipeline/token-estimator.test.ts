import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GenerateRequest } from '../../../gateway/generation/request.ts';
import {
  BYTES_PER_TOKEN_DEFAULT,
  OUTPUT_TOKENS_DEFAULT,
  TokenEstimator,
} from '../../../gateway/pipeline/token-estimator.ts';
import { decoded } from '../../support/exchange.ts';

/** A request whose prompt has so many bytes of text. */
function ofBytes(textBytes: number, facts: Partial<GenerateRequest> = {}): GenerateRequest {
  return { ...decoded(), prompt: { tokens: undefined, textBytes }, ...facts };
}

function usage(promptTokens: number, outputTokens: number) {
  return { promptTokens, outputTokens, cachedTokens: undefined };
}

describe('the tokens of a prompt', () => {
  it('are reckoned at four bytes each before a model has told', () => {
    const { prompt } = ofBytes(BYTES_PER_TOKEN_DEFAULT * 100);

    expect(new TokenEstimator().promptTokens('llama', prompt)).toBe(100);
  });

  it('are counted where it came as ids, whatever the model', () => {
    const estimator = new TokenEstimator();
    estimator.learn('llama', ofBytes(1000), usage(10, 1));

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
      estimator.learn('dense', ofBytes(1000), usage(1000, 1));
      estimator.learn('sparse', ofBytes(1000), usage(100, 1));
    }

    expect(estimator.promptTokens('dense', ofBytes(500).prompt)).toBe(500);
    expect(estimator.promptTokens('sparse', ofBytes(500).prompt)).toBe(50);
    expect(estimator.promptTokens('other', ofBytes(500).prompt)).toBe(125);
  });

  it('are moved half of the way by the first answer, which counts as much as the default', () => {
    const estimator = new TokenEstimator();
    estimator.learn('llama', ofBytes(1000), usage(125, 1));

    expect(estimator.promptTokens('llama', ofBytes(42_000).prompt)).toBe(7_000);
  });

  it('are moved a twentieth of the way by an answer after many', () => {
    const estimator = new TokenEstimator();
    for (let answers = 0; answers < 100; answers += 1) {
      estimator.learn('llama', ofBytes(400), usage(100, 1));
    }
    estimator.learn('llama', ofBytes(1000), usage(125, 1));

    expect(estimator.promptTokens('llama', ofBytes(42_000).prompt)).toBe(10_000);
  });

  it('teach nothing where they came as ids, or the engine counts none', () => {
    const estimator = new TokenEstimator();
    estimator.learn('llama', ofBytes(9, { prompt: { tokens: 3, textBytes: 9 } }), usage(3, 1));
    estimator.learn('llama', ofBytes(0), usage(3, 1));
    estimator.learn('llama', ofBytes(9), usage(0, 1));

    expect(estimator.promptTokens('llama', ofBytes(400).prompt)).toBe(100);
  });
});

describe('the tokens of an answer', () => {
  it('are reckoned as a chat’s before a model has answered', () => {
    expect(new TokenEstimator().outputTokens('llama', ofBytes(1))).toBe(OUTPUT_TOKENS_DEFAULT);
  });

  it('are never more than the request allows', () => {
    const estimator = new TokenEstimator();

    expect(estimator.outputTokens('llama', ofBytes(1, { outputTokensMax: 7 }))).toBe(7);
    expect(estimator.outputTokens('llama', ofBytes(1, { outputTokensMax: 0 }))).toBe(0);
    expect(estimator.outputTokens('llama', ofBytes(1, { outputTokensMax: 9_999 }))).toBe(256);
  });

  it('are known where the request runs to its maximum', () => {
    const exact = ofBytes(1, { outputTokensMax: 9_999, ignoresEndOfSequence: true });

    expect(new TokenEstimator().outputTokens('llama', exact)).toBe(9_999);
  });

  it('are reckoned where it runs to a maximum that it does not name', () => {
    const endless = ofBytes(1, { ignoresEndOfSequence: true });

    expect(new TokenEstimator().outputTokens('llama', endless)).toBe(256);
  });

  it('come close to what the model says as a rule', () => {
    const estimator = new TokenEstimator();
    for (let answers = 0; answers < 200; answers += 1) {
      estimator.learn('llama', ofBytes(4), usage(1, 50));
    }

    expect(estimator.outputTokens('llama', ofBytes(1))).toBe(50);
  });

  it('teach nothing where their number was asked for', () => {
    const estimator = new TokenEstimator();
    const exact = ofBytes(4, { outputTokensMax: 9_999, ignoresEndOfSequence: true });
    estimator.learn('llama', exact, usage(1, 9_999));

    expect(estimator.outputTokens('llama', ofBytes(1))).toBe(256);
  });
});

describe('what is learned', () => {
  it('keeps every estimate a whole number of at least 1, whatever the engines tell', () => {
    const counts = fc.record({
      textBytes: fc.nat(),
      prompt: fc.nat(),
      output: fc.nat(),
    });

    fc.assert(
      fc.property(fc.array(counts), (answers) => {
        const estimator = new TokenEstimator();
        for (const { textBytes, prompt, output } of answers) {
          estimator.learn('llama', ofBytes(textBytes), usage(prompt, output));
        }
        const promptTokens = estimator.promptTokens('llama', ofBytes(1000).prompt);
        const outputTokens = estimator.outputTokens('llama', ofBytes(1));

        expect(Number.isSafeInteger(promptTokens) && promptTokens >= 1).toBe(true);
        expect(Number.isSafeInteger(outputTokens) && outputTokens >= 1).toBe(true);
      }),
    );
  });

  it('is kept of a thousand models, and of one more the least recent is forgotten', () => {
    const estimator = new TokenEstimator();
    const knows = (model: number): boolean =>
      estimator.promptTokens(`model-${model}`, ofBytes(4000).prompt) !== 1000;
    for (let model = 0; model < 1000; model += 1) {
      estimator.learn(`model-${model}`, ofBytes(1000), usage(1000, 1));
    }
    expect(knows(0)).toBe(true);

    estimator.learn('model-1000', ofBytes(1000), usage(1000, 1));

    expect([knows(0), knows(1), knows(1000)]).toEqual([true, false, true]);
  });
});
