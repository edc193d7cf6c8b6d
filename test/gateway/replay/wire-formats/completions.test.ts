import { describe, expect, it } from 'vitest';
import { completions } from '../../../../gateway/replay/wire-formats/completions.ts';

const ask = {
  model: 'llama',
  prompt: 'able about',
  outputTokens: 0,
  ignoreEndOfSequence: true,
  usage: false,
};

describe('completions', () => {
  it('asks with the body of the published runs, key by key', () => {
    expect(JSON.stringify(completions.body(ask))).toBe(
      '{"model":"llama","prompt":"able about","temperature":0,"best_of":1,"max_tokens":0,' +
        '"stream":true,"ignore_eos":true}',
    );
  });

  it('asks for usage where that is wanted', () => {
    expect(completions.body({ ...ask, usage: true })).toMatchObject({
      stream_options: { include_usage: true },
    });
  });

  it('reads the chunks of SGLang 0.2.14 and of vLLM', () => {
    const sglang =
      '{"id":"7","object":"text_completion","created":1,"model":"m","choices":[{"index":0,' +
      '"text":" and","logprobs":null,"finish_reason":null}],"usage":null}';
    const vllm =
      '{"id":"cmpl-7","object":"text_completion","created":1,"model":"m","choices":[{"index":0,' +
      '"text":"","logprobs":null,"finish_reason":"length","stop_reason":null}]}';

    expect(completions.read(sglang).text).toBe(' and');
    expect(completions.read(vllm).text).toBe('');
  });

  it('reads the usage of the last frame', () => {
    const frame =
      '{"id":"7","choices":[],"usage":{"prompt_tokens":11,"total_tokens":14,"completion_tokens":3}}';

    expect(completions.read(frame)).toEqual({
      text: '',
      tokensSoFar: undefined,
      usage: { promptTokens: 11, outputTokens: 3 },
    });
  });
});
