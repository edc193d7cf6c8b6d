import { describe, expect, it } from 'vitest';
import {
  sglang02ChatFields,
  sglang02CompletionFields,
} from '../../../../deploy/simulator/protocols/sglang-0-2-field-table.ts';

describe('the fields that SGLang 0.2.14 reads', () => {
  it.each(['messages', 'max_tokens', 'stop', 'stream_options', 'regex'])(
    'in a chat hold %s',
    (field) => {
      expect(sglang02ChatFields.has(field)).toBe(true);
    },
  );

  it.each(['ignore_eos', 'tools', 'max_completion_tokens', 'continue_final_message'])(
    'in a chat do not hold %s, which is dropped',
    (field) => {
      expect(sglang02ChatFields.has(field)).toBe(false);
    },
  );

  it('in a completion hold what makes its length fixed', () => {
    expect(sglang02CompletionFields.has('ignore_eos')).toBe(true);
    expect(sglang02CompletionFields.has('max_tokens')).toBe(true);
    expect(sglang02CompletionFields.has('messages')).toBe(false);
  });
});
