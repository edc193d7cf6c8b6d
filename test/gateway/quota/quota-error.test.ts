import { describe, expect, it } from 'vitest';
import { quotaError } from '../../../gateway/quota/quota-error.ts';
import type { QuotaLimit } from '../../../gateway/quota/quota-store.ts';

const standing = {
  requests: { limit: 60, used: 60, remaining: 0, resetMs: 60_000 },
  tokens: { limit: 1_000, used: 940, remaining: 60, resetMs: 56_400 },
  concurrent: { limit: 4, open: 4 },
};

const ask = { tokens: 160, tokensMin: 40 };

function refusedBy(limit: QuotaLimit, waitMs: number): ReturnType<typeof quotaError> {
  return quotaError({ kind: 'refused', limit, waitMs, standing }, ask);
}

describe('the refusal of a quota', () => {
  it.each([
    [
      'requests-per-minute',
      'Rate limit reached: of 60 requests a minute 60 are used. Try again in 1.5s.',
    ],
    [
      'tokens-per-minute',
      'Rate limit reached: of 1000 tokens a minute 940 are used, and the request is reckoned at 160. Try again in 1.5s.',
    ],
    [
      'concurrent-requests',
      'Rate limit reached: 4 requests are open, and 4 may be at a time. Try again in 1.5s.',
    ],
  ] as const)('by %s says what is allowed, what is used and how long to wait', (limit, message) => {
    expect(refusedBy(limit, 1_500)).toMatchObject({
      code: 'rate_limited',
      message,
      reason: limit,
      retryAfterMs: 1_500,
    });
  });

  it('of a request that never fits says what is allowed, and not to wait', () => {
    expect(refusedBy('tokens-per-minute', Infinity)).toMatchObject({
      code: 'rate_limited',
      message: 'Request too large: it takes at least 40 tokens, and 1000 a minute are allowed.',
      reason: 'request-over-quota',
      retryAfterMs: undefined,
    });
  });
});
