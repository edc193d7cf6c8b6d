import { describe, expect, it } from 'vitest';
import { generate } from '../../../../gateway/replay/wire-formats/generate.ts';

const ask = {
  model: 'llama',
  prompt: 'able about',
  outputTokens: 9,
  ignoreEndOfSequence: true,
  usage: false,
};

describe('generate', () => {
  it('asks with the native body of the current reference', () => {
    expect(generate.body(ask)).toEqual({
      text: 'able about',
      sampling_params: { temperature: 0, max_new_tokens: 9, ignore_eos: true },
      stream: true,
      lora_path: null,
      return_logprob: false,
      return_routed_experts: false,
      logprob_start_len: -1,
    });
  });

  it('sends token ids under their own name', () => {
    const body = generate.body({ ...ask, prompt: [4, 5] });

    expect(body['input_ids']).toEqual([4, 5]);
    expect('text' in body).toBe(false);
  });

  it('reads the cumulative text and how many tokens it is', () => {
    const event =
      '{"text":" and so on","meta_info":{"id":"x","prompt_tokens":5,"completion_tokens":3,' +
      '"cached_tokens":0,"finish_reason":null},"index":0}';

    expect(generate.read(event)).toEqual({
      text: ' and so on',
      tokensSoFar: 3,
      usage: { promptTokens: 5, outputTokens: 3 },
    });
  });
});
