import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import { isRetryable } from '../../../gateway/pipeline/attempt.ts';

describe('another replica may be asked', () => {
  it.each([429, 500, 502, 503, 504])(
    'after a refusal with %i, which is of the replica',
    (status) => {
      const refusal = { status, headers: {}, body: Buffer.alloc(0) };

      expect(isRetryable({ kind: 'refused', refusal })).toBe(true);
    },
  );

  it('after a failure of which the client has seen nothing', () => {
    const error = new GatewayError('engine_failed', 'x', { retryable: true });

    expect(isRetryable({ kind: 'failed', error })).toBe(true);
  });
});

describe('no other replica may be asked', () => {
  it.each([302, 400, 401, 404, 413, 422, 501])(
    'after a refusal with %i, which is of the request',
    (status) => {
      const refusal = { status, headers: {}, body: Buffer.alloc(0) };

      expect(isRetryable({ kind: 'refused', refusal })).toBe(false);
    },
  );

  it('after a failure in the middle of an answer, nor after a whole one', () => {
    const error = new GatewayError('engine_failed', 'x');

    expect(isRetryable({ kind: 'failed', error })).toBe(false);
    expect(isRetryable({ kind: 'complete' })).toBe(false);
  });
});
