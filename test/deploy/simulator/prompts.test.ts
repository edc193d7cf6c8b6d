import { describe, expect, it } from 'vitest';
import { BodyFields } from '../../../deploy/simulator/body-fields.ts';
import {
  findUnknownToken,
  promptOfIds,
  promptOfText,
  readChatPrompt,
  readPrompts,
} from '../../../deploy/simulator/prompts.ts';
import { detokenize, markers, tokenize, vocabularySize } from '../../../deploy/simulator/tokens.ts';
import { refusalOf } from '../../support/simulator.ts';

function completions(prompt: unknown): (readonly number[])[] {
  const prompts = readPrompts(new BodyFields({ prompt }), 'completions', 'refused');
  return prompts.map(({ ids }) => ids);
}

function chat(body: Readonly<Record<string, unknown>>): string {
  return detokenize(readChatPrompt(new BodyFields(body)).ids);
}

describe('the prompt of a completion', () => {
  it.each([
    ['a text', 'able about', [tokenize('able about')]],
    ['texts', ['able', 'about'], [tokenize('able'), tokenize('about')]],
    ['token ids', [5, 6, 7], [[5, 6, 7]]],
    ['lists of token ids', [[5], [6, 7]], [[5], [6, 7]]],
    ['texts and ids in turn', ['able', [6]], [tokenize('able'), [6]]],
  ])('may be %s', (_what, prompt, ids) => {
    expect(completions(prompt)).toEqual(ids);
  });

  it('that is an empty text is the token that begins every text', () => {
    expect(completions('')).toEqual([[markers.endOfTurn]]);
  });

  it.each([[[]], [[[]]], [7], [{}], [[{}]], [['able', 7]], [true]])('%j is refused', (prompt) => {
    expect(refusalOf(() => completions(prompt))).toEqual({
      kind: 'bad-type',
      field: 'prompt',
      expected: 'prompt',
      found: prompt,
    });
  });

  it('that is absent is refused', () => {
    expect(refusalOf(() => completions(undefined))).toMatchObject({
      kind: 'missing-field',
      field: 'prompt',
    });
  });

  it.each([-1, 1.5, vocabularySize, 999_999])('with the token id %d is refused', (token) => {
    expect(refusalOf(() => completions([5, token]))).toEqual({ kind: 'unknown-token', token });
  });

  it('takes the first and the last id of the vocabulary', () => {
    expect(completions([0, vocabularySize - 1])).toEqual([[0, vocabularySize - 1]]);
  });

  it('with an unknown token id is taken where the engine does not look', () => {
    const fields = new BodyFields({ prompt: [999_999] });

    expect(readPrompts(fields, 'completions', 'fatal')[0]?.ids).toEqual([999_999]);
  });

  it('reads 2048 prompts and no more', () => {
    expect(completions(new Array(2048).fill('able'))).toHaveLength(2048);
    expect(completions(new Array(2049).fill('able'))).toHaveLength(2048);
  });
});

describe('the prompt of a native generation', () => {
  function generate(body: Readonly<Record<string, unknown>>): (readonly number[])[] {
    return readPrompts(new BodyFields(body), 'generate', 'refused').map(({ ids }) => ids);
  }

  it('is a text or token ids, under their own names', () => {
    expect(generate({ text: 'able' })).toEqual([tokenize('able')]);
    expect(generate({ input_ids: [5, 6] })).toEqual([[5, 6]]);
    expect(generate({ text: ['able', 'about'] })).toHaveLength(2);
  });

  it('is the token ids when there are both', () => {
    expect(generate({ text: 'able', input_ids: [5] })).toEqual([[5]]);
  });

  it('is refused when there is neither', () => {
    expect(refusalOf(() => generate({}))).toEqual({ kind: 'no-prompt' });
  });
});

describe('the prompt of a chat', () => {
  const user = { role: 'user', content: 'able' };

  it('is the conversation, with a turn of the assistant opened', () => {
    expect(chat({ messages: [user] })).toBe('<|user|>able<|endOfTurn|><|assistant|>');
  });

  it('goes on in the last message when that is wanted', () => {
    const begun = { role: 'assistant', content: ' about' };
    const body = {
      messages: [user, begun],
      add_generation_prompt: false,
      continue_final_message: true,
    };

    expect(chat(body)).toBe('<|user|>able<|endOfTurn|><|assistant|> about');
  });

  it('holds tools, tool calls and every part of a message', () => {
    const plain = readChatPrompt(new BodyFields({ messages: [user] })).ids.length;
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const calls = { role: 'assistant', content: null, tool_calls: [{ id: 'call-1' }] };
    const image = { type: 'image_url', image_url: { url: 'data:,x' } };
    const text = { type: 'text', text: 'able' };

    const withTools = readChatPrompt(new BodyFields({ messages: [user], tools })).ids.length;
    const withCalls = readChatPrompt(new BodyFields({ messages: [user, calls] })).ids.length;
    const inParts = { role: 'user', content: [text, image] };
    const withImage = readChatPrompt(new BodyFields({ messages: [inParts] })).ids.length;

    expect(withTools).toBe(plain + tokenize(JSON.stringify(tools)).length);
    expect(withCalls).toBe(plain + 2 + tokenize(JSON.stringify(calls.tool_calls)).length);
    expect(withImage).toBe(plain + 576);
  });

  it('is refused without messages, and with none', () => {
    expect(refusalOf(() => chat({ model: 'm' }))).toMatchObject({ field: 'messages' });
    expect(refusalOf(() => chat({ messages: [] }))).toEqual({ kind: 'no-messages' });
  });

  it.each([
    ['no list', 'able', 'list'],
    ['a message that is no object', ['able'], 'dictionary'],
    ['content that is neither text nor parts', [{ role: 'user', content: 7 }], 'dictionary'],
    ['a part that is no object', [{ role: 'user', content: ['able'] }], 'dictionary'],
  ])('is refused for %s', (_what, messages, expected) => {
    expect(refusalOf(() => chat({ messages }))).toMatchObject({
      kind: 'bad-type',
      field: 'messages',
      expected,
    });
  });
});

describe('a prompt', () => {
  it('gives its text back', () => {
    expect(promptOfText('Hello, world').text()).toBe('Hello, world');
    expect(promptOfIds(tokenize(' able about')).text()).toBe(' able about');
  });

  it('among others is found by its unknown token', () => {
    const known = promptOfIds([1, 2]);

    expect(findUnknownToken([known, promptOfIds([3, -4])])).toBe(-4);
    expect(findUnknownToken([known])).toBeUndefined();
  });
});
