import { describe, expect, it } from 'vitest';
import type { Rest, Resumption } from '../../../gateway/dialects/dialect.ts';
import { openAiChat } from '../../../gateway/dialects/openai-chat.ts';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { PROMPT_BYTES_MAX } from '../../../gateway/dialects/openai-resumption.ts';
import type { GenerateRequest } from '../../../gateway/generation/request.ts';
import { chatBody, decoded } from '../../support/exchange.ts';

const { resumption: ofChat } = openAiChat;
const { resumption: ofText } = openAiCompletions;
if (ofChat === undefined || ofText === undefined) throw new Error('both go on');

const textBody = { model: 'llama', prompt: 'A "bridge" is', stream: true };

function text(more: object = {}): GenerateRequest {
  return decoded({ ...textBody, ...more }, openAiCompletions, '/v1/completions');
}

function chat(more: object = {}): GenerateRequest {
  return decoded({ ...chatBody, ...more });
}

const byIds: Rest = { literal: '', ids: [5, 6, 7], answeredTokens: 2, contextTokensMax: 100 };
const byText: Rest = {
  literal: ' \\u00fcber',
  ids: undefined,
  answeredTokens: 2,
  contextTokensMax: 100,
};

function restOf(resumption: Resumption, request: GenerateRequest, rest: Rest) {
  const asked = resumption.rest(request, rest);
  if (asked === undefined) return undefined;
  const { path, request: made } = asked;
  const names = made.members.map(({ name }) => name);
  const body = JSON.parse(made.body.toString()) as Record<string, unknown>;
  expect(names).toEqual(Object.keys(body));
  return { path, body, made };
}

describe('the rest of an answer', () => {
  it('is asked for by ids, for as many tokens as are left, under the same sampling', () => {
    const asked = restOf(
      ofText,
      text({ max_tokens: 9, min_tokens: 3, top_k: 1.0, stop: 'x' }),
      byIds,
    );

    expect(asked).toMatchObject({
      path: '/v1/completions',
      body: {
        model: 'llama',
        prompt: [5, 6, 7],
        max_tokens: 7,
        min_tokens: 1,
        top_k: 1,
        stop: 'x',
        stream: true,
      },
      made: { operation: 'text_completion', outputTokensMax: 7, stream: true },
    });
  });

  it('of a chat is asked for as a completion, without what its prompt was made of', () => {
    const more = { max_completion_tokens: 9, chat_template_kwargs: { a: 1 }, temperature: 0 };
    const asked = restOf(ofChat, chat(more), byIds);

    expect(asked?.path).toBe('/v1/completions');
    expect(asked?.body).toEqual({
      model: 'llama',
      prompt: [5, 6, 7],
      max_tokens: 7,
      temperature: 0,
      stream: true,
    });
  });

  it('of a chat without a limit may fill the context', () => {
    expect(restOf(ofChat, chat(), byIds)?.body).toMatchObject({ max_tokens: 97 });
    expect(restOf(ofChat, chat(), { ...byIds, contextTokensMax: 0 })).toBeUndefined();
    expect(restOf(ofChat, chat(), { ...byIds, contextTokensMax: 4 })?.body['max_tokens']).toBe(1);
    expect(restOf(ofChat, chat(), { ...byIds, contextTokensMax: 3 })).toBeUndefined();
  });

  it.each([
    [3, 1],
    [2, undefined],
  ])('of a maximum of %i behind two tokens asks for %s', (max_tokens, left) => {
    expect(restOf(ofText, text({ max_tokens }), byIds)?.body['max_tokens']).toBe(left);
  });

  it('is asked for by text behind the prompt', () => {
    expect(restOf(ofText, text({ max_tokens: 9 }), byText)).toMatchObject({
      path: '/v1/completions',
      body: { prompt: 'A "bridge" is über', max_tokens: 7 },
    });
  });

  it('is asked for by text in an open message of the assistant', () => {
    const asked = restOf(ofChat, chat({ max_tokens: 9 }), byText);

    expect(asked).toMatchObject({
      path: '/v1/chat/completions',
      body: {
        messages: [...(chatBody['messages'] as object[]), { role: 'assistant', content: ' über' }],
        continue_final_message: true,
        add_generation_prompt: false,
        max_tokens: 7,
      },
    });
  });

  it('of a prompt of ids cannot be asked for by text', () => {
    expect(restOf(ofText, text({ prompt: [1, 2] }), byText)).toBeUndefined();
  });
});

describe('an answer that may go on', () => {
  it.each([
    ['a stream', { stream: true }, true],
    ['a whole answer', { stream: false }, false],
    ['two prompts', { prompt: ['a', 'b'] }, false],
    ['ids', { prompt: [1, 2] }, true],
  ])('is that of %s: %o, %s', (_what, more, admitted) => {
    expect(ofText.admits(text(more), 'exact')).toBe(admitted);
  });

  it.each([
    ['text', [{ type: 'text', text: 'a' }], true],
    ['an image', [{ type: 'image_url', image_url: { url: 'data:' } }], false],
    ['text and a sound', [{ type: 'text', text: 'a' }, { type: 'input_audio' }], false],
  ])('is that of a message of %s', (_what, content, admitted) => {
    const messages = [{ role: 'user', content }];
    expect(ofChat.admits(chat({ messages }), 'exact')).toBe(admitted);
  });

  it.each([
    [0, true],
    [1, false],
  ])('has a prompt of 128 KiB and %i bytes: %s', (beyond, admitted) => {
    const prompt = 'x'.repeat(PROMPT_BYTES_MAX - '""'.length + beyond);
    expect(ofText.admits(text({ prompt }), 'exact')).toBe(admitted);
  });

  it('ends at its stops, one or several', () => {
    expect(ofText.stopsOf(text())).toEqual([]);
    expect(ofText.stopsOf(text({ stop: 'a' }))).toEqual(['a']);
    expect(ofText.stopsOf(text({ stop: ['a', '', 'b', 7] }))).toEqual(['a', 'b']);
  });
});
