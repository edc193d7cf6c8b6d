import { describe, expect, it } from 'vitest';
import {
  refuseAsVllm05,
  vllm05Error,
} from '../../../../deploy/simulator/protocols/vllm-0-5-refusals.ts';
import type { Refusal } from '../../../../deploy/simulator/refusal.ts';
import { aReplicaView, thePreset } from '../../../support/simulator.ts';

const at = { path: '/v1/completions', shape: 'completions', stream: true } as const;
const replica = aReplicaView({ preset: thePreset('vllm-0.5.5-8xh100-tp8') });

describe('a refusal of vLLM 0.5.5', () => {
  it.each<readonly [Refusal, number, string]>([
    [
      { kind: 'unknown-field', field: 'max_completion_tokens', found: 5 },
      400,
      "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted', 'input': 5}]",
    ],
    [
      { kind: 'bad-json', at: 3 },
      400,
      "[{'type': 'json_invalid', 'loc': ('body', 3), 'msg': 'JSON decode error', 'input': {}, 'ctx': {'error': 'Expecting value'}}]",
    ],
    [
      { kind: 'usage-without-stream' },
      400,
      "[{'type': 'value_error', 'loc': ('body',), 'msg': 'Value error, Stream options can only be defined when `stream=True`.'}]",
    ],
    [
      { kind: 'below-minimum', field: 'max_tokens', found: 0, minimum: 1 },
      400,
      'max_tokens must be at least 1, got 0.',
    ],
    [
      { kind: 'below-minimum', field: 'temperature', found: -3, minimum: 0 },
      400,
      'temperature must be non-negative, got -3.0.',
    ],
    [{ kind: 'unknown-model', model: 'nope' }, 404, 'The model `nope` does not exist.'],
    [
      { kind: 'prompt-too-long', promptTokens: 9000 },
      400,
      "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens in the messages, Please reduce the length of the messages.",
    ],
    [
      { kind: 'total-too-long', promptTokens: 8000, outputTokens: 500 },
      400,
      "This model's maximum context length is 8192 tokens. However, you requested 8500 tokens (8000 in the messages, 500 in the completion). Please reduce the length of the messages or completion.",
    ],
    [{ kind: 'unknown-token', token: -1 }, 400, 'Token id -1 is out of vocabulary'],
  ])('%j is flat, even for a stream', (refusal, status, message) => {
    const answer = refuseAsVllm05(refusal, at, replica);
    const type = status === 404 ? 'NotFoundError' : 'BadRequestError';

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      object: 'error',
      message,
      type,
      param: null,
      code: status,
    });
  });

  it('has its members in the order of its model', () => {
    expect(Object.keys(vllm05Error('m', 't', 400))).toEqual([
      'object',
      'message',
      'type',
      'param',
      'code',
    ]);
  });
});
