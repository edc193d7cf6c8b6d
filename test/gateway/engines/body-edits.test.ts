import { describe, expect, it } from 'vitest';

import type { BodyEdit } from '../../../gateway/engines/body-edits.ts';
import { bodyEditsFor } from '../../../gateway/engines/body-edits.ts';
import type { GenerateRequest, Operation } from '../../../gateway/generation/request.ts';
import { scanMembers } from '../../../gateway/wire/json-members.ts';

function aBody(body: object, operation: Operation = 'chat'): GenerateRequest {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    operation,
    model: 'llama',
    stream: 'stream' in body && body.stream === true,
    prompt: { tokens: undefined, textBytes: 0 },
    outputTokensMax: undefined,
    ignoresEndOfSequence: false,
    choices: 1,
    wantsUsage: false,
    body: bytes,
    prompts: 1,
    promptMembers: [],
    members: scanMembers(bytes),
  };
}

const askForUsage: BodyEdit = { kind: 'ask-for-usage', extra: {} };

describe('the edits of a body', () => {
  it.each(['vllm', 'sglang', 'llama-cpp', 'openai'])('ask %s for usage in a stream', (engine) => {
    for (const operation of ['chat', 'text_completion'] as const) {
      expect(bodyEditsFor(engine, '9.0', aBody({ stream: true }, operation))).toEqual([
        askForUsage,
      ]);
    }
  });

  it.each(['vllm', 'sglang', 'llama-cpp', 'openai'])(
    'leave a whole answer of %s alone',
    (engine) => {
      expect(bodyEditsFor(engine, '9.0', aBody({ max_completion_tokens: 5 }))).toEqual([]);
    },
  );

  it('leave native routes alone, which tell their counts unasked', () => {
    const native = aBody({ text: 'x', stream: true }, 'generate_content');
    expect(bodyEditsFor('sglang', '0.5.23', native)).toEqual([]);
    expect(bodyEditsFor('sglang', undefined, native)).toEqual([]);
    expect(
      bodyEditsFor('vllm', '0.32.0', aBody({ input: 'x', stream: true }, 'embeddings')),
    ).toEqual([]);
  });

  it('leave an engine alone of which nothing is known', () => {
    expect(bodyEditsFor('unknown', undefined, aBody({ stream: true, store: true }))).toEqual([]);
  });

  it('ask a vLLM that would send usage with every chunk for one only, up to 0.6.4', () => {
    const once: BodyEdit = { kind: 'ask-for-usage', extra: { continuous_usage_stats: false } };
    expect(bodyEditsFor('vllm', '0.6.3', aBody({ stream: true }))).toEqual([once]);
    expect(bodyEditsFor('vllm', '0.6.4', aBody({ stream: true }))).toEqual([askForUsage]);
  });

  it('name the output limit as old engines do, up to the version that knows the new name', () => {
    const limit = aBody({ max_completion_tokens: 5 });
    const renamed = [{ kind: 'rename-member', name: 'max_completion_tokens', to: 'max_tokens' }];
    expect(bodyEditsFor('vllm', '0.6.4', limit)).toEqual(renamed);
    expect(bodyEditsFor('vllm', '0.6.5', limit)).toEqual([]);
    expect(bodyEditsFor('sglang', '0.4.6', limit)).toEqual(renamed);
    expect(bodyEditsFor('sglang', '0.4.7', limit)).toEqual([]);
  });

  it('take an SGLang that tells no version for an old one', () => {
    const edits = bodyEditsFor('sglang', undefined, aBody({ max_completion_tokens: 5 }));
    expect(edits).toMatchObject([{ kind: 'rename-member' }]);
  });

  it('drop the older limit where both are set, as the engines do that know both', () => {
    const both = aBody({ max_tokens: 9, max_completion_tokens: 5 });
    expect(bodyEditsFor('vllm', '0.5.5', both)).toEqual([
      { kind: 'rename-member', name: 'max_completion_tokens', to: 'max_tokens' },
      { kind: 'remove-members', names: ['max_tokens'] },
    ]);
  });

  it('remove from chats for an old vLLM what it refuses and an answer is right without', () => {
    const chat = { store: true, messages: [1], metadata: {}, seed: 1, parallel_tool_calls: true };
    const names = ['metadata', 'parallel_tool_calls', 'store'];
    expect(bodyEditsFor('vllm', '0.5.5', aBody(chat))).toEqual([{ kind: 'remove-members', names }]);
    expect(bodyEditsFor('vllm', '0.32.0', aBody(chat))).toEqual([]);
    expect(bodyEditsFor('sglang', undefined, aBody(chat))).toEqual([]);
  });

  it('leave to the engine to refuse what would change the answer', () => {
    expect(bodyEditsFor('vllm', '0.5.5', aBody({ continue_final_message: true }))).toEqual([]);
  });

  it.each([
    ['vllm', 'ec_transfer_params'],
    ['sglang', 'rid'],
    ['sglang', 'http_worker_ipc'],
    ['llama-cpp', 'id_slot'],
    ['openai', 'bootstrap_host'],
  ])('let no client of %s steer the engine, by %s or by what others know', (engine, own) => {
    const shared = [
      'bootstrap_host',
      'bootstrap_port',
      'bootstrap_room',
      'kv_transfer_params',
      'priority',
      'data_parallel_rank',
      'routed_dp_rank',
      'disagg_prefill_dp_rank',
    ];
    const names = [...new Set([...shared, own])];
    const members = Object.fromEntries(names.map((name) => [name, 1]));
    for (const operation of ['chat', 'generate_content', 'embeddings', 'score'] as const) {
      const body = aBody({ ...members, text: '' }, operation);
      expect(bodyEditsFor(engine, '9.0', body)).toEqual([{ kind: 'remove-members', names }]);
    }
  });

  it('come as at most one removal, whatever asks for it', () => {
    const body = aBody({
      store: 1,
      kv_transfer_params: {},
      max_tokens: 1,
      max_completion_tokens: 2,
    });
    const removals = bodyEditsFor('vllm', '0.5.5', body).filter(
      ({ kind }) => kind === 'remove-members',
    );
    expect(removals).toEqual([
      { kind: 'remove-members', names: ['max_tokens', 'store', 'kv_transfer_params'] },
    ]);
  });
});
