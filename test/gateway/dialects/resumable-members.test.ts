import { describe, expect, it } from 'vitest';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { membersAdmit } from '../../../gateway/dialects/resumable-members.ts';
import { decoded } from '../../support/exchange.ts';

function admits(more: object, mode: 'exact' | 'text' = 'exact'): boolean {
  const body = { model: 'llama', prompt: 'a', ...more };
  return membersAdmit(decoded(body, openAiCompletions, '/v1/completions'), mode);
}

describe('the rest of an answer depends on its tokens alone', () => {
  it.each([
    [{}],
    [{ temperature: 0.7, top_p: 0.9, stop: ['a'], max_tokens: 3, ignore_eos: true }],
    [{ n: 1, echo: false, logprobs: null, presence_penalty: 0, frequency_penalty: null }],
    [{ stream_options: { include_usage: true } }],
    [{ stream_options: {} }],
    [{ response_format: { type: 'text' } }],
    [{ seed: 7, temperature: 0 }],
  ])('under %j', (more) => {
    expect(admits(more)).toBe(true);
  });

  it.each([
    [{ n: 2 }],
    [{ echo: true }],
    [{ logprobs: 0 }],
    [{ suffix: 'b' }],
    [{ tools: [] }],
    [{ tool_choice: 'auto' }],
    [{ response_format: { type: 'json_object' } }],
    [{ stream_options: { include_usage: true, continuous_usage_stats: true } }],
    [{ return_token_ids: true }],
    [{ guided_regex: 'a' }],
    [{ structured_outputs: { regex: 'a' } }],
    [{ kv_transfer_params: {} }],
    [{ stream_options: { include_usage: true, x: 'x'.repeat(5_000) } }],
  ])('not under %j, whatever the mode', (more) => {
    expect(admits(more)).toBe(false);
    expect(admits(more, 'text')).toBe(false);
  });

  it.each([
    [{ seed: 7 }],
    [{ seed: 7, temperature: 1 }],
    [{ presence_penalty: 0.5 }],
    [{ frequency_penalty: 1 }],
    [{ repetition_penalty: 1.1 }],
  ])('not exactly under %j, whose state starts anew at the seam', (more) => {
    expect(admits(more)).toBe(false);
    expect(admits(more, 'text')).toBe(true);
  });

  it('under stops that are looked into at their longest, and not one byte beyond', () => {
    const stopOf = (bytes: number): object => ({ stop: 'y'.repeat(bytes - '""'.length) });

    expect(admits(stopOf(4_096))).toBe(true);
    expect(admits(stopOf(4_097))).toBe(false);
    expect(admits(stopOf(4_097), 'text')).toBe(false);
  });
});
