import { describe, expect, it } from 'vitest';
import { eventKinds } from '../../../gateway/dialects/dialect.ts';
import { openAiChat } from '../../../gateway/dialects/openai-chat.ts';
import { decoded } from '../../support/exchange.ts';
import { event } from '../../support/streams.ts';

const messages = [{ role: 'user', content: 'Hello' }];

describe('a chat request', () => {
  it('is read as far as routing and telemetry need', () => {
    const request = decoded({
      model: 'llama',
      messages,
      stream: true,
      max_tokens: 7,
      n: 3,
      ignore_eos: true,
      stream_options: { include_usage: true },
    });

    expect(request).toMatchObject({
      operation: 'chat',
      model: 'llama',
      stream: true,
      outputTokensMax: 7,
      choices: 3,
      ignoresEndOfSequence: true,
      wantsUsage: true,
    });
  });

  it('asks for one choice of any length, whole, where it says nothing', () => {
    expect(decoded({ messages })).toMatchObject({
      model: undefined,
      stream: false,
      outputTokensMax: undefined,
      choices: 1,
      ignoresEndOfSequence: false,
      wantsUsage: false,
    });
  });

  it('is bounded by max_completion_tokens before max_tokens', () => {
    expect(decoded({ messages, max_completion_tokens: 5, max_tokens: 9 }).outputTokensMax).toBe(5);
    expect(decoded({ messages, max_completion_tokens: null, max_tokens: 9 }).outputTokensMax).toBe(
      9,
    );
  });

  it('may ask for no token at all', () => {
    expect(decoded({ messages, max_tokens: 0 }).outputTokensMax).toBe(0);
  });

  it.each([
    {},
    { include_usage: false },
    { include_usage: 'true' },
    { continuous_usage_stats: true },
  ])('does not ask for usage by stream_options %j', (streamOptions) => {
    expect(decoded({ messages, stream_options: streamOptions }).wantsUsage).toBe(false);
  });

  it('is as long as its messages are in bytes', () => {
    expect(decoded({ messages }).prompt).toEqual({
      tokens: undefined,
      textBytes: JSON.stringify(messages).length,
    });
  });

  it.each([
    ['a text', 'Hello'],
    ['a long text', 'a'.repeat(100_000)],
    ['one alone', { role: 'user' }],
    ['a number', 7],
  ])('is refused where its messages are %s', (_what, wrong) => {
    expect(() => decoded({ messages: wrong })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'messages' }) as Error,
    );
  });

  it.each([[[]], [[1]]])(
    'is taken with the list %j, also of none, which llama.cpp answers',
    (messages) => {
      expect(decoded({ messages }).operation).toBe('chat');
    },
  );

  it('is no longer for the images in it', () => {
    const part = (data: string): object => ({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${data}` },
    });
    const bytes = (data: string): number =>
      decoded({ messages: [{ role: 'user', content: [part(data), part(data)] }] }).prompt.textBytes;

    expect(bytes('A'.repeat(10_000))).toBe(bytes('A'));
  });
});

describe('an event of a chat', () => {
  it.each(['content', 'reasoning_content', 'reasoning', 'refusal'])('generates %s', (member) => {
    const choices = [{ index: 0, delta: { [member]: 'a' }, finish_reason: null }];

    expect(openAiChat.classify(event({ choices }))).toBe(eventKinds.output);
  });

  it('generates tool arguments, which may themselves look like an event', () => {
    const inside = { name: 'f', arguments: '{"finish_reason":"stop","content":"x"}' };
    const choices = [{ index: 0, delta: { tool_calls: [{ index: 0, function: inside }] } }];

    expect(openAiChat.classify(event({ choices }))).toBe(eventKinds.output);
  });

  it('tells no token count of a choice', () => {
    expect(
      openAiChat.outputTokensSoFar(event({ usage: { completion_tokens: 3 } })),
    ).toBeUndefined();
  });
});
