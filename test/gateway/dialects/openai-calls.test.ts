import { describe, expect, it } from 'vitest';
import { openAiCalls } from '../../../gateway/dialects/openai-calls.ts';
import { decoded } from '../../support/exchange.ts';
import { chatEvent, doneEvent } from '../../support/streams.ts';

describe('a call that generates nothing', () => {
  it.each([
    ['/v1/embeddings', 'embeddings'],
    ['/tokenize', 'tokenize'],
    ['/detokenize', 'detokenize'],
    ['/v1/rerank', 'rerank'],
    ['/v1/score', 'score'],
  ])('under %s is one of %s', (path, operation) => {
    const body = { model: 'llama', input: 'Hello' };

    expect(decoded(body, openAiCalls, path)).toMatchObject({
      operation,
      model: 'llama',
      stream: false,
      prompt: { tokens: undefined, textBytes: JSON.stringify(body).length },
      outputTokensMax: 0,
      choices: 0,
    });
  });

  it('is never streamed, whatever it says', () => {
    expect(decoded({ stream: true }, openAiCalls, '/v1/embeddings').stream).toBe(false);
    expect(openAiCalls.classify(chatEvent('a'))).toBe(0);
    expect(openAiCalls.classify(doneEvent)).toBe(0);
  });

  it('is answered with the tokens of its input', () => {
    const answer = '{"data":[],"usage":{"prompt_tokens":8,"total_tokens":8}}';

    expect(openAiCalls.readEnd(answer).usage).toMatchObject({ promptTokens: 8, outputTokens: 0 });
  });
});
