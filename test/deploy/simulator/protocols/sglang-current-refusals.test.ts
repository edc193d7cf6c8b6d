import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../../deploy/simulator/body-fields.ts';
import type { RefusedAt } from '../../../../deploy/simulator/protocols/protocol.ts';
import {
  refuseAsSglangCurrent,
  sglangErrorEvent,
  sglangFailure,
} from '../../../../deploy/simulator/protocols/sglang-current-refusals.ts';
import type { Refusal } from '../../../../deploy/simulator/refusal.ts';
import { capture, withoutCaptures } from '../../../support/captures.ts';
import { aReplicaView, captureBody, parsedEvents, refusalOf } from '../../../support/simulator.ts';

const chat: RefusedAt = { path: '/v1/chat/completions', shape: 'chat', stream: false };
const completions: RefusedAt = { path: '/v1/completions', shape: 'completions', stream: false };
const generate: RefusedAt = { path: '/generate', shape: 'generate', stream: false };

/** A refusal without the place in the server, which is a line of its source. */
function withoutPlace(body: string): unknown {
  const { message, ...rest } = JSON.parse(body) as { message: string };
  return { message: message.split('\n\n')[0], ...rest };
}

describe.skipIf(withoutCaptures)('a refusal of SGLang 0.5.23 is', () => {
  it.each<readonly [string, Refusal, RefusedAt]>([
    ['err-empty-body', refusalOf(() => parseBody('')), chat],
    [
      'err-bad-type',
      { kind: 'bad-type', field: 'max_tokens', expected: 'integer', found: 'many' },
      chat,
    ],
    [
      'err-bad-temperature',
      { kind: 'below-minimum', field: 'temperature', found: -3, minimum: 0 },
      chat,
    ],
    [
      'err-max_tokens-0-completion',
      { kind: 'below-minimum', field: 'max_tokens', found: 0, minimum: 1 },
      completions,
    ],
    [
      'err-max_tokens-neg',
      { kind: 'below-minimum', field: 'max_tokens', found: -1, minimum: 1 },
      completions,
    ],
    [
      'err-max_tokens-huge',
      { kind: 'total-too-long', promptTokens: 1, outputTokens: 10_000_000 },
      completions,
    ],
    [
      'err-prompt-plus-max',
      { kind: 'total-too-long', promptTokens: 8000, outputTokens: 500 },
      completions,
    ],
    ['err-too-long', { kind: 'prompt-too-long', promptTokens: 9000 }, completions],
    [
      'err-too-long-stream',
      { kind: 'prompt-too-long', promptTokens: 9000 },
      { ...completions, stream: true },
    ],
    ['err-empty-messages', { kind: 'no-messages' }, chat],
    ['chat-stream-return-ids', { kind: 'ids-not-streamed' }, { ...chat, stream: true }],
    ['embeddings', { kind: 'not-embedding' }, { ...chat, shape: undefined }],
  ])('that of %s, up to a line of source', (name, refusal, at) => {
    const { status, body } = refuseAsSglangCurrent(refusal, at, aReplicaView());

    expect(status).toBe(capture(`sglang-0.5.23/${name}`).status);
    expect(withoutPlace(body)).toEqual(withoutPlace(captureBody(`sglang-0.5.23/${name}`)));
  });

  it.each<readonly [string, Refusal, RefusedAt]>([
    ['full-503-completion-stream', { kind: 'queue-full' }, { ...completions, stream: true }],
    [
      'generate-err-stream',
      { kind: 'prompt-too-long', promptTokens: 9000 },
      { ...generate, stream: true },
    ],
  ])('byte for byte that of %s, inside a stream', (name, refusal, at) => {
    const { status, body } = refuseAsSglangCurrent(refusal, at, aReplicaView());

    expect(status).toBe(200);
    expect(body).toBe(captureBody(`sglang-0.5.23/${name}`));
  });

  it('plain text where a body is no object', () => {
    const refusal = refusalOf(() => parseBody('[1,2]'));
    const { status, body } = refuseAsSglangCurrent(refusal, chat, aReplicaView());

    expect(status).toBe(500);
    expect(body).toBe(captureBody('sglang-0.5.23/err-not-object'));
  });
});

describe('a full queue of SGLang 0.5.23', () => {
  it('is a 503 without a stream', () => {
    const { status, body } = refuseAsSglangCurrent({ kind: 'queue-full' }, chat, aReplicaView());

    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      object: 'error',
      message: 'The request queue is full.',
      type: '503',
      param: null,
      code: 503,
    });
  });

  it('is a 200 with an error in it for a stream', () => {
    const at = { ...chat, stream: true };
    const { status, body } = refuseAsSglangCurrent({ kind: 'queue-full' }, at, aReplicaView());

    expect(status).toBe(200);
    expect(parsedEvents(body)).toMatchObject([
      { error: { code: 503, type: 'SERVICE_UNAVAILABLE' } },
    ]);
  });

  it('may be tried again on the native route', () => {
    const at = { ...generate, stream: true };
    const { body } = refuseAsSglangCurrent({ kind: 'queue-full' }, at, aReplicaView());

    expect(parsedEvents(body)).toMatchObject([{ error: { code: 503, retryable: true } }]);
  });
});

describe('a refusal of validation', () => {
  it('tells the path and where in the server it failed', () => {
    const { body } = refuseAsSglangCurrent({ kind: 'empty-body' }, chat, aReplicaView());

    expect(JSON.parse(body)).toMatchObject({
      message: expect.stringContaining('POST /v1/chat/completions [{'),
      type: 'Bad Request',
    });
  });

  it('names a wrong content type', () => {
    const { body } = refuseAsSglangCurrent({ kind: 'wrong-content-type' }, chat, aReplicaView());

    expect(body).toContain("Only 'application/json' is allowed");
  });
});

describe('a failure of SGLang 0.5.23', () => {
  const failure = { message: 'It broke.', code: 500 };

  it('is told in the stream as Python spaces JSON, or compactly on the native route', () => {
    expect(sglangErrorEvent(failure, 'chat')).toBe(
      '{"error": {"object": "error", "message": "It broke.", "type": "InternalServerError", "param": null, "code": 500}}',
    );
    expect(sglangErrorEvent(failure, 'generate')).toBe(
      '{"error":{"message":"It broke.","type":"invalid_request_error","code":500,"retryable":false}}',
    );
  });

  it('is told before the head by its status', () => {
    expect(sglangFailure(failure, 'chat')).toMatchObject({ status: 500 });
    expect(JSON.parse(sglangFailure(failure, 'generate').body)).toMatchObject({
      error: { code: 500 },
    });
  });
});
