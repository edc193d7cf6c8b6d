import { describe, expect, it } from 'vitest';

import { openAiChat } from '../../../gateway/dialects/openai-chat.ts';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { bodyEditsFor } from '../../../gateway/engines/body-edits.ts';
import { editBody } from '../../../gateway/engines/edit-body.ts';

function chatFor(engine: string, version: string, text: string, model?: string): string {
  const request = openAiChat.decode(Buffer.from(text), '/v1/chat/completions');
  return editBody(request, bodyEditsFor(engine, version, request), model).toString();
}

describe('editing a body for an engine', () => {
  it('asks for usage at the end of a stream and touches nothing else', () => {
    const text = '{"messages": [1], "stream": true, "temperature": 0.10}';
    expect(chatFor('vllm', '0.32.0', text)).toBe(
      '{"stream_options":{"include_usage":true},"messages": [1], "stream": true, "temperature": 0.10}',
    );
  });

  it('passes the same bytes where nobody streams', () => {
    const body = Buffer.from('{"prompt": "x", "temperature": 1e0}');
    const request = openAiCompletions.decode(body, '/v1/completions');
    expect(editBody(request, bodyEditsFor('vllm', '0.32.0', request), undefined)).toBe(body);
  });

  it('passes the same bytes where the client asked for usage itself', () => {
    const text = '{"messages":[1],"stream":true,"stream_options":{"include_usage": true}}';
    expect(chatFor('sglang', '0.5.23', text)).toBe(text);
  });

  it('adds to the stream options that a client sent', () => {
    const text = '{"messages":[1],"stream":true,"stream_options":{"chunk_tokens":4}}';
    expect(JSON.parse(chatFor('vllm', '0.32.0', text))).toMatchObject({
      stream_options: { chunk_tokens: 4, include_usage: true },
    });
  });

  it.each([
    '{"include_usage":false,"continuous_usage_stats":true}',
    '{"continuous_usage_stats":true}',
  ])(
    'keeps usage off every chunk of a client that wants none, whatever else is in %s',
    (options) => {
      const text = `{"messages":[1],"stream":true,"stream_options":${options}}`;
      for (const version of ['0.5.5', '0.32.0']) {
        expect(JSON.parse(chatFor('vllm', version, text))).toMatchObject({
          stream_options: { include_usage: true, continuous_usage_stats: false },
        });
      }
    },
  );

  it('keeps usage off every chunk of an old vLLM, unless the client wants it there', () => {
    const plain = '{"messages":[1],"stream":true}';
    expect(JSON.parse(chatFor('vllm', '0.5.5', plain))).toMatchObject({
      stream_options: { include_usage: true, continuous_usage_stats: false },
    });
    const wanting =
      '{"messages":[1],"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}';
    expect(JSON.parse(chatFor('vllm', '0.5.5', wanting))).toMatchObject({
      stream_options: { include_usage: true, continuous_usage_stats: true },
    });
  });

  it('names the output limit as an old engine knows it, in place of an older name', () => {
    const text = '{"messages":[1],"max_tokens":5,"max_completion_tokens":7}';
    expect(chatFor('sglang', '0.2.14', text)).toBe('{"messages":[1],"max_tokens":7}');
    expect(chatFor('sglang', '0.5.23', text)).toBe(text);
  });

  it('takes out what vLLM 0.5.5 refuses, also where several stand together at the end', () => {
    const text = '{"messages":[1],"store":false,"metadata":{},"parallel_tool_calls":true}';
    expect(chatFor('vllm', '0.5.5', text)).toBe('{"messages":[1]}');
  });

  it('writes the name of the model that the engine knows', () => {
    expect(chatFor('vllm', '0.32.0', '{"model":"alias","messages":[1]}', 'real/model')).toBe(
      '{"model":"real/model","messages":[1]}',
    );
  });
});
