import { describe, expect, it } from 'vitest';
import { eventKinds } from '../../../gateway/dialects/dialect.ts';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import type { GenerateRequest } from '../../../gateway/generation/request.ts';
import { decoded } from '../../support/exchange.ts';
import { event, textEvent } from '../../support/streams.ts';

function completion(body: object): GenerateRequest {
  return decoded(body, openAiCompletions, '/v1/completions');
}

describe('a completion request', () => {
  it('is read as far as routing and telemetry need', () => {
    const request = completion({
      model: 'llama',
      prompt: 'Hello',
      stream: true,
      max_tokens: 7,
      ignore_eos: true,
      stream_options: { include_usage: true },
    });

    expect(request).toMatchObject({
      operation: 'text_completion',
      model: 'llama',
      stream: true,
      prompt: { tokens: undefined, textBytes: 7 },
      outputTokensMax: 7,
      choices: 1,
      ignoresEndOfSequence: true,
      wantsUsage: true,
    });
  });

  it('is answered by 16 tokens at most where it names no maximum', () => {
    expect(completion({ prompt: 'a' }).outputTokensMax).toBe(16);
    expect(completion({ prompt: 'a', max_tokens: null }).outputTokensMax).toBe(16);
    expect(completion({ prompt: 'a', max_tokens: 17 }).outputTokensMax).toBe(17);
  });

  it('has a limit that is the engine’s to judge where that is no count', () => {
    for (const max of [-1, 1.5, '9', 1e30, [1]]) {
      expect(completion({ prompt: 'a', max_tokens: max }).outputTokensMax).toBeUndefined();
    }
  });

  it('may bring its prompts as embeddings, in place of text or beside it', () => {
    expect(completion({ prompt_embeds: 'AAAA' })).toMatchObject({
      choices: 1,
      prompt: { tokens: undefined, textBytes: 0 },
      promptMembers: [],
    });
    expect(completion({ prompt: null, prompt_embeds: ['AA==', 'AQ=='], n: 2 }).choices).toBe(4);
    expect(completion({ prompt: '', prompt_embeds: 'AAAA' }).choices).toBe(1);
    expect(completion({ prompt: ['a', 'b'], prompt_embeds: ['AA=='] })).toMatchObject({
      choices: 3,
      prompt: { textBytes: 9 },
    });
    expect(() => completion({ model: 'llama' })).toThrow("'prompt' is missing");
  });

  it('has a choice for each prompt and each n of it', () => {
    expect(completion({ prompt: ['a', 'b'] }).choices).toBe(2);
    expect(completion({ prompt: ['a', 'b'], n: 3 }).choices).toBe(6);
    expect(completion({ prompt: [[1, 2], [3]], n: 2 }).choices).toBe(4);
    expect(completion({ prompt: [1, 2, 3], n: 2 }).choices).toBe(2);
  });

  it('counts the tokens of a prompt that comes as ids', () => {
    expect(completion({ prompt: [100, 200, 300] }).prompt.tokens).toBe(3);
    expect(completion({ prompt: [[1, 2], [3]] }).prompt.tokens).toBe(3);
  });
});

describe('an event of a completion', () => {
  it('generates its text', () => {
    expect(openAiCompletions.classify(textEvent('a'))).toBe(eventKinds.output);
    expect(openAiCompletions.classify(textEvent('a', { finishReason: 'length' }))).toBe(
      eventKinds.output | eventKinds.finish,
    );
    expect(openAiCompletions.classify(textEvent('', { finishReason: 'stop' }))).toBe(
      eventKinds.finish,
    );
  });

  it('generates nothing by members that only look like it', () => {
    const choices = [{ index: 0, text: '', prompt_text: 'a', logprobs: { text_offset: [1] } }];

    expect(openAiCompletions.classify(event({ choices }))).toBe(0);
  });
});
