import { describe, expect, it } from 'vitest';

import type { ErrorCode } from '../../../gateway/generation/error.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';
import { outcomeOf } from '../../../gateway/pipeline/attempt-outcome.ts';

describe('an attempt', () => {
  it('that is whole speaks for its replica', () => {
    expect(outcomeOf({ kind: 'complete' })).toBe('success');
  });

  it.each([
    [400, 'success'],
    [401, 'success'],
    [404, 'success'],
    [422, 'success'],
    [429, 'neutral'],
    [500, 'failure'],
    [502, 'failure'],
    [503, 'neutral'],
    [504, 'failure'],
  ] as const)('that is refused with %i is a %s', (status, outcome) => {
    const refusal = { status, headers: {}, body: Buffer.alloc(0) };
    expect(outcomeOf({ kind: 'refused', refusal })).toBe(outcome);
  });

  it.each([
    ['engine_unreachable', 'unreachable'],
    ['engine_failed', 'failure'],
    ['engine_timeout', 'neutral'],
    ['client_closed', 'neutral'],
    ['shutting_down', 'neutral'],
    ['internal', 'neutral'],
  ] as const)('that fails with %s is a %s', (code: ErrorCode, outcome) => {
    expect(outcomeOf({ kind: 'failed', error: new GatewayError(code, 'x') })).toBe(outcome);
  });
});
