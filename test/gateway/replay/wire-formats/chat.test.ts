import { describe, expect, it } from 'vitest';
import { chat } from '../../../../gateway/replay/wire-formats/chat.ts';

describe('chat', () => {
  it('sends the prompt as one message of the user, with the current name of the limit', () => {
    const body = chat.body({
      model: 'llama',
      prompt: 'able about',
      outputTokens: 9,
      ignoreEndOfSequence: true,
      usage: true,
    });

    expect(body).toEqual({
      model: 'llama',
      messages: [{ role: 'user', content: 'able about' }],
      temperature: 0,
      max_completion_tokens: 9,
      stream: true,
      ignore_eos: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    ['{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}', ''],
    ['{"choices":[{"finish_reason":null,"delta":{"role":"assistant","content":null}}]}', ''],
    ['{"choices":[{"index":0,"delta":{"content":" hi"},"finish_reason":null}]}', ' hi'],
    ['{"choices":[{"logprobs":{"content":[{"token":"x"}]},"delta":{"content":" hi"}}]}', ' hi'],
    ['{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', ''],
  ])('reads the delta of %s', (payload, text) => {
    expect(chat.read(payload).text).toBe(text);
  });
});
