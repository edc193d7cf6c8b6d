import { describe, expect, it } from 'vitest';

import { errorKinds, GatewayError } from '../../../gateway/generation/error.ts';
import type { ErrorCode } from '../../../gateway/generation/error.ts';

describe('a gateway error', () => {
  it.each(Object.entries(errorKinds))(
    'of %s has its status and blames its source',
    (code, kind) => {
      const error = new GatewayError(code as ErrorCode, 'message');
      expect({ status: error.status, source: error.source }).toEqual(kind);
    },
  );

  it('is not to be tried elsewhere unless it says so where it is made', () => {
    expect(new GatewayError('engine_failed', 'x').retryable).toBe(false);
    expect(new GatewayError('engine_failed', 'x', { retryable: true }).retryable).toBe(true);
  });

  it('keeps its cause, and has none where there was none', () => {
    const cause = new Error('deeper');
    expect(new GatewayError('internal', 'x', { cause }).cause).toBe(cause);
    expect('cause' in new GatewayError('internal', 'x')).toBe(false);
  });
});
