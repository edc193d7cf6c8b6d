import { describe, expect, it } from 'vitest';
import type { GenerateRequest } from '../../../gateway/generation/request.ts';
import { answerOutlook, learnAnswer } from '../../../gateway/pipeline/answer-outlook.ts';
import { OUTPUT_TOKENS_DEFAULT, OutputLengths } from '../../../routing/output-lengths.ts';
import { decoded } from '../../support/exchange.ts';

const asker = { model: 'llama', tenant: 'anyone', promptTokens: 100 };

function aRequest(facts: Partial<GenerateRequest> = {}): GenerateRequest {
  return { ...decoded(), ...facts };
}

function expected(request: GenerateRequest, produced = 0, lengths = new OutputLengths()): number {
  return answerOutlook(lengths, request, asker).expectedTokens(produced);
}

describe('the outlook of an answer', () => {
  it('is that of its class', () => {
    expect(expected(aRequest())).toBe(OUTPUT_TOKENS_DEFAULT);
    expect(expected(aRequest({ outputTokensMax: 7 }))).toBe(7);
  });

  it('is known where the answer runs to its maximum', () => {
    const exact = aRequest({ outputTokensMax: 9999, ignoresEndOfSequence: true });

    expect(expected(exact)).toBe(9999);
  });

  it('is reckoned where it runs to a maximum that it does not name', () => {
    expect(expected(aRequest({ ignoresEndOfSequence: true }))).toBe(OUTPUT_TOKENS_DEFAULT);
  });

  it('is that of all choices together', () => {
    expect(expected(aRequest({ choices: 3 }))).toBe(3 * OUTPUT_TOKENS_DEFAULT);
    expect(expected(aRequest({ choices: 3 }), 3000)).toBe(6000);
    const exact = { choices: 2, outputTokensMax: 50, ignoresEndOfSequence: true };
    expect(expected(aRequest(exact))).toBe(100);
  });

  it.each(['embeddings', 'tokenize', 'detokenize', 'rerank', 'score'] as const)(
    'is over with the prefill for %s',
    (operation) => {
      expect(expected(aRequest({ operation }))).toBe(1);
    },
  );
});

describe('a whole answer', () => {
  it('teaches the length of one choice', () => {
    const lengths = new OutputLengths();
    for (let answer = 0; answer < 100; answer += 1) {
      learnAnswer(lengths, aRequest({ choices: 4 }), asker, 4 * 50);
    }

    expect(expected(aRequest(), 0, lengths)).toBeLessThan(70);
  });

  it('teaches nothing where its length was asked for, or nothing was generated', () => {
    const lengths = new OutputLengths();
    const exact = aRequest({ outputTokensMax: 9999, ignoresEndOfSequence: true });
    learnAnswer(lengths, exact, asker, 9999);
    learnAnswer(lengths, aRequest({ operation: 'embeddings' }), asker, 9999);

    expect(expected(aRequest(), 0, lengths)).toBe(OUTPUT_TOKENS_DEFAULT);
  });
});
