import { describe, expect, it } from 'vitest';
import {
  refuseAsSglang02,
  sglang02ErrorEvent,
} from '../../../../deploy/simulator/protocols/sglang-0-2-refusals.ts';
import type { RefusedAt } from '../../../../deploy/simulator/protocols/protocol.ts';
import type { Refusal } from '../../../../deploy/simulator/refusal.ts';
import { aReplicaView, eventData, parsedEvents } from '../../../support/simulator.ts';

const completions: RefusedAt = { path: '/v1/completions', shape: 'completions', stream: false };
const generate: RefusedAt = { path: '/generate', shape: 'generate', stream: false };
const tooLong: Refusal = { kind: 'prompt-too-long', promptTokens: 9000 };
const message = "The input (9000 tokens) is longer than the model's context length (8192 tokens).";

describe('a refusal of SGLang 0.2.14', () => {
  it.each<Refusal>([
    { kind: 'bad-json', at: 3 },
    { kind: 'empty-body' },
    { kind: 'missing-field', field: 'model', found: {} },
    { kind: 'bad-type', field: 'max_tokens', expected: 'integer', found: 'many' },
    { kind: 'unknown-token', token: 999_999 },
  ])('of what its models do not parse is a plain 500: $kind', (refusal) => {
    expect(refuseAsSglang02(refusal, completions, aReplicaView())).toEqual({
      status: 500,
      contentType: 'text/plain; charset=utf-8',
      body: 'Internal Server Error',
    });
  });

  it('of what its native route does not parse is a 422', () => {
    expect(refuseAsSglang02({ kind: 'empty-body' }, generate, aReplicaView()).status).toBe(422);
  });

  it('of what the engine does not take is flat', () => {
    const answer = refuseAsSglang02(tooLong, completions, aReplicaView());

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      object: 'error',
      message,
      type: 'BadRequestError',
      param: null,
      code: 400,
    });
  });

  it('comes inside a stream when one was asked for', () => {
    const answer = refuseAsSglang02(tooLong, { ...completions, stream: true }, aReplicaView());

    expect(answer.status).toBe(200);
    expect(parsedEvents(answer.body)).toEqual([
      { error: { object: 'error', message, type: 'BadRequestError', param: null, code: 400 } },
    ]);
    expect(eventData(answer.body).at(-1)).toBe('[DONE]');
  });

  it('holds the message alone on the native route', () => {
    const plain = refuseAsSglang02(tooLong, generate, aReplicaView());
    const streamed = refuseAsSglang02(tooLong, { ...generate, stream: true }, aReplicaView());

    expect(plain.status).toBe(400);
    expect(JSON.parse(plain.body)).toEqual({ error: { message } });
    expect(parsedEvents(streamed.body)).toEqual([{ error: { message } }]);
  });

  it.each<readonly [Refusal, string]>([
    [{ kind: 'no-prompt' }, 'Either text or input_ids should be provided.'],
    [
      { kind: 'below-minimum', field: 'temperature', found: -1, minimum: 0 },
      'temperature must be non-negative, got -1.0.',
    ],
    [
      { kind: 'below-minimum', field: 'max_new_tokens', found: -1, minimum: 0 },
      'max_new_tokens must be at least 0, got -1.',
    ],
  ])('%j is said as %s', (refusal, said) => {
    const { body } = refuseAsSglang02(refusal, generate, aReplicaView());

    expect(JSON.parse(body)).toEqual({ error: { message: said } });
  });
});

describe('an error event of SGLang 0.2.14', () => {
  it('is spaced as Python spaces JSON', () => {
    expect(sglang02ErrorEvent({ message: 'It broke.', code: 500 }, 'chat')).toBe(
      '{"error": {"object": "error", "message": "It broke.", "type": "InternalServerError", "param": null, "code": 500}}',
    );
    expect(sglang02ErrorEvent({ message: 'It broke.', code: 500 }, 'generate')).toBe(
      '{"error": {"message": "It broke."}}',
    );
  });
});
