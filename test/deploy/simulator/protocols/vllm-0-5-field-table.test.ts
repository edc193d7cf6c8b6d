import { describe, expect, it } from 'vitest';
import {
  vllm05ChatFields,
  vllm05CompletionFields,
} from '../../../../deploy/simulator/protocols/vllm-0-5-field-table.ts';

describe('the fields that vLLM 0.5.5 knows', () => {
  it.each(['messages', 'max_tokens', 'ignore_eos', 'tools', 'stream_options', 'echo'])(
    'in a chat hold %s',
    (field) => {
      expect(vllm05ChatFields.has(field)).toBe(true);
    },
  );

  it.each(['max_completion_tokens', 'parallel_tool_calls', 'store', 'rid', 'prompt'])(
    'in a chat do not hold %s',
    (field) => {
      expect(vllm05ChatFields.has(field)).toBe(false);
    },
  );

  it.each(['prompt', 'suffix', 'best_of', 'ignore_eos', 'allowed_token_ids'])(
    'in a completion hold %s',
    (field) => {
      expect(vllm05CompletionFields.has(field)).toBe(true);
    },
  );

  it.each(['messages', 'tools', 'tool_choice', 'top_logprobs', 'documents', 'chat_template'])(
    'in a completion do not hold %s',
    (field) => {
      expect(vllm05CompletionFields.has(field)).toBe(false);
    },
  );

  it('in a chat are 46, in a completion 41', () => {
    expect(vllm05ChatFields.size).toBe(46);
    expect(vllm05CompletionFields.size).toBe(41);
  });
});
