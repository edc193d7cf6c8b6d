import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../../deploy/simulator/body-fields.ts';
import {
  refuseAsVllmCurrent,
  vllmError,
} from '../../../../deploy/simulator/protocols/vllm-current-refusals.ts';
import type { Refusal } from '../../../../deploy/simulator/refusal.ts';
import { capture, withoutCaptures } from '../../../support/captures.ts';
import { aReplicaView, captureBody, refusalOf } from '../../../support/simulator.ts';

const at = { path: '/v1/chat/completions', shape: 'chat', stream: false } as const;

function refuse(refusal: Refusal): { status: number; error: Readonly<Record<string, unknown>> } {
  const { status, body } = refuseAsVllmCurrent(refusal, at, aReplicaView({ model: 'smol' }));
  const { error } = JSON.parse(body) as { error: Readonly<Record<string, unknown>> };
  return { status, error };
}

describe.skipIf(withoutCaptures)('a refusal of vLLM 0.32 is, word for word,', () => {
  it.each<readonly [string, Refusal]>([
    ['err-bad-json', refusalOf(() => parseBody('{"model": '))],
    ['err-empty-body', refusalOf(() => parseBody(''))],
    ['err-not-object', refusalOf(() => parseBody('[1,2]'))],
    ['err-no-messages', { kind: 'missing-field', field: 'messages', found: { model: 'smol' } }],
    ['err-bad-type', { kind: 'bad-type', field: 'max_tokens', expected: 'integer', found: 'many' }],
    ['err-wrong-content-type', { kind: 'wrong-content-type' }],
    ['err-bad-temperature', { kind: 'below-minimum', field: 'temperature', found: -3, minimum: 0 }],
    ['err-max_tokens-0-chat', { kind: 'below-minimum', field: 'max_tokens', found: 0, minimum: 1 }],
    ['err-max_tokens-neg', { kind: 'below-minimum', field: 'max_tokens', found: -1, minimum: 1 }],
    ['err-max_tokens-huge', { kind: 'total-too-long', promptTokens: 1, outputTokens: 10_000_000 }],
    ['err-model-404', { kind: 'unknown-model', model: 'nope' }],
    ['err-model-404-stream', { kind: 'unknown-model', model: 'nope' }],
    ['err-stream-options-no-stream', { kind: 'usage-without-stream' }],
    ['err-empty-messages', { kind: 'no-messages' }],
    ['err-token-id-range', { kind: 'unknown-token', token: 999_999 }],
    ['err-too-long', { kind: 'prompt-too-long', promptTokens: 9000 }],
    ['err-too-long-stream', { kind: 'prompt-too-long', promptTokens: 9000 }],
    ['admission-503-plain', { kind: 'queue-full' }],
    ['admission-503-stream', { kind: 'queue-full' }],
  ])('that of %s', (name, refusal) => {
    const { status, body } = refuseAsVllmCurrent(refusal, at, aReplicaView({ model: 'smol' }));

    expect(status).toBe(capture(`vllm-0.32.0/${name}`).status);
    expect(JSON.parse(body)).toEqual(JSON.parse(captureBody(`vllm-0.32.0/${name}`)));
  });
});

describe('a refusal of vLLM 0.32', () => {
  it('is nested and names the parameter', () => {
    expect(refuse({ kind: 'below-minimum', field: 'max_tokens', found: 0, minimum: 1 })).toEqual({
      status: 400,
      error: {
        message: 'max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)',
        type: 'BadRequestError',
        param: 'max_tokens',
        code: 400,
      },
    });
  });

  it('spells the type in two ways', () => {
    expect(refuse({ kind: 'empty-body' }).error['type']).toBe('Bad Request');
    expect(refuse({ kind: 'no-messages' }).error['type']).toBe('BadRequestError');
  });

  it('is a true 503 for a full queue', () => {
    expect(refuse({ kind: 'queue-full' })).toMatchObject({
      status: 503,
      error: { type: 'Service Unavailable', code: 503 },
    });
  });

  it('is a 404 for a model that is not served, and names the one that is', () => {
    expect(refuse({ kind: 'unknown-model', model: 'nope' })).toMatchObject({
      status: 404,
      error: { message: 'The model `nope` does not exist. Valid aliases: smol.', param: 'model' },
    });
  });

  it.each<Refusal>([{ kind: 'no-prompt' }, { kind: 'ids-not-streamed' }])(
    'says the name of what never comes up: $kind',
    (refusal) => {
      expect(refuse(refusal).error['message']).toBe(refusal.kind);
    },
  );
});

describe('an error of vLLM', () => {
  it('names no parameter unless it is told', () => {
    expect(vllmError('m', 't', 500)).toEqual({
      error: { message: 'm', type: 't', param: null, code: 500 },
    });
  });
});
