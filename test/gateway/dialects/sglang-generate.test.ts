import { describe, expect, it } from 'vitest';
import { eventKinds } from '../../../gateway/dialects/dialect.ts';
import { sglangGenerate } from '../../../gateway/dialects/sglang-generate.ts';
import type { GenerateRequest } from '../../../gateway/generation/request.ts';
import { decoded } from '../../support/exchange.ts';
import { event, generateEvent } from '../../support/streams.ts';

function generate(body: object): GenerateRequest {
  return decoded(body, sglangGenerate, '/generate');
}

const { output, finish } = eventKinds;

describe('a request of SGLang’s own API', () => {
  it('is read as far as routing and telemetry need', () => {
    const request = generate({
      text: 'Hello',
      stream: true,
      sampling_params: { max_new_tokens: 7, ignore_eos: true, n: 2 },
    });

    expect(request).toMatchObject({
      operation: 'generate_content',
      model: undefined,
      stream: true,
      prompt: { tokens: undefined, textBytes: 7 },
      outputTokensMax: 7,
      choices: 2,
      ignoresEndOfSequence: true,
    });
  });

  it('counts the tokens of a prompt that comes as ids', () => {
    expect(generate({ input_ids: [1, 2, 3] }).prompt.tokens).toBe(3);
    expect(generate({ input_ids: [[1, 2], [3]] })).toMatchObject({
      prompt: { tokens: 3 },
      choices: 2,
    });
  });

  it('may bring its prompts as embeddings, a list of floats for each token', () => {
    expect(
      generate({
        input_embeds: [
          [0.5, -1],
          [1e-3, 2],
          [0, 0],
        ],
      }),
    ).toMatchObject({
      prompt: { tokens: 3, textBytes: 0 },
      promptMembers: [],
      choices: 1,
    });
    expect(generate({ text: null, input_embeds: [[[1], [2]], [[3]]] })).toMatchObject({
      prompt: { tokens: 3 },
      choices: 2,
    });
  });

  it('is answered by 128 tokens at most where it names no maximum', () => {
    expect(generate({ text: 'a' }).outputTokensMax).toBe(128);
    expect(generate({ text: 'a', sampling_params: {} }).outputTokensMax).toBe(128);
    expect(generate({ text: 'a', sampling_params: { max_new_tokens: 'x' } }).outputTokensMax).toBe(
      128,
    );
  });

  it('may bring parameters for each prompt, which are the engine’s to read', () => {
    const sampling = [{ max_new_tokens: 1 }, { max_new_tokens: 2 }];

    expect(generate({ text: ['a', 'b'], sampling_params: sampling })).toMatchObject({
      choices: 2,
      outputTokensMax: 128,
    });
  });

  it('never has usage of its own to withhold: each event has the counts', () => {
    expect(generate({ text: 'a' }).wantsUsage).toBe(true);
  });

  it('with neither text nor ids is refused by the name of the text', () => {
    expect(() => generate({ stream: true })).toThrow("'text' is missing");
  });
});

describe('an event of SGLang’s own API', () => {
  it.each([
    ['still running', null, output, undefined],
    ['ended by its length', { type: 'length', length: 2 }, output | finish, 'length'],
    ['ended by a stop string', { type: 'stop', matched: 'x' }, output | finish, 'stop'],
    ['aborted', { type: 'abort', message: 'x' }, output | finish, 'abort'],
    ['still running in 0.2.14', 'None', output, undefined],
    ['ended by its length in 0.2.14', 'FINISH_LENGTH: 2', output | finish, 'length'],
    ['ended by a token in 0.2.14', 'FINISH_MATCHED_TOKEN: [128009]', output | finish, 'stop'],
    ['ended by a string in 0.2.14', 'FINISH_MATCHED_STR: x', output | finish, 'stop'],
    ['aborted in 0.2.14', 'FINISH_ABORT', output | finish, 'abort'],
    ['ended by what nobody knows', { type: 'moon' }, output | finish, 'moon'],
  ])('is of an answer that is %s', (_what, reason, kinds, finishReason) => {
    const text = generateEvent('a', 2, reason);

    expect(sglangGenerate.classify(text)).toBe(kinds);
    expect(sglangGenerate.readEnd(text)).toEqual({
      choiceUsages: new Map([[0, { promptTokens: 3, outputTokens: 2, cachedTokens: 2 }]]),
      finishReason,
      finishedChoices: finishReason === undefined ? 0 : 1,
    });
  });

  it('of a batch has the reason of the one that was cut', () => {
    const batch = ['FINISH_LENGTH: 2', { type: 'abort' }, { type: 'stop' }].map((reason) => ({
      text: 'a',
      meta_info: { finish_reason: reason },
    }));

    expect(sglangGenerate.readEnd(JSON.stringify(batch)).finishReason).toBe('abort');
    expect(sglangGenerate.readEnd(JSON.stringify(batch)).finishedChoices).toBe(3);
    expect(sglangGenerate.readEnd(JSON.stringify(batch.slice(0, 1))).finishReason).toBe('length');
  });

  it('tells which of several choices it is of, and counts that one alone', () => {
    const text = event({
      text: '"index":7',
      output_ids: [1],
      meta_info: { finish_reason: { type: 'stop' }, prompt_tokens: 3, completion_tokens: 2 },
      index: 1,
    });

    expect(sglangGenerate.choiceOf(text)).toBe(1);
    expect(sglangGenerate.choiceOf(generateEvent('"index":7', 1))).toBe(0);
    expect([...(sglangGenerate.readEnd(text).choiceUsages ?? [])]).toEqual([
      [1, { promptTokens: 3, outputTokens: 2, cachedTokens: undefined }],
    ]);
  });

  it('of a whole batch has the counts of each choice, in their order', () => {
    const batch = [7, 8].map((tokens) => ({
      text: 'a',
      meta_info: { prompt_tokens: tokens, completion_tokens: tokens + 1, cached_tokens: 0 },
    }));

    expect([...(sglangGenerate.readEnd(JSON.stringify(batch)).choiceUsages ?? [])]).toEqual([
      [0, { promptTokens: 7, outputTokens: 8, cachedTokens: 0 }],
      [1, { promptTokens: 8, outputTokens: 9, cachedTokens: 0 }],
    ]);
  });

  it('tells how many tokens the answer has so far', () => {
    expect(sglangGenerate.outputTokensSoFar(generateEvent('a', 41))).toBe(41);
    expect(sglangGenerate.outputTokensSoFar(event({ text: 'a', meta_info: {} }))).toBeUndefined();
  });

  it('is an error where it has an error object or is called one', () => {
    const error = { error: { message: 'The input is too long.', code: 400 } };

    expect(sglangGenerate.classify(event(error))).toBe(eventKinds.error);
    expect(sglangGenerate.classify(event({ id: 'x', ...error }))).toBe(eventKinds.error);
    expect(sglangGenerate.classify('event: error\ndata: {"message":"x"}\n\n')).toBe(
      eventKinds.error,
    );
    expect(sglangGenerate.classify(event({ usage: { prompt_tokens: 1 } }))).toBe(0);
  });

  it('keeps the engine’s own error shape, which its clients read', () => {
    const body = Buffer.from('{"error":{"message":"x"}}');

    expect(sglangGenerate.normaliseError(400, body)).toBe(body);
    expect(sglangGenerate.normaliseError(500, Buffer.from('oops')).toString()).toBe('oops');
  });
});
