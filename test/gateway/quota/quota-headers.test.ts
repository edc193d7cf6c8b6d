import { describe, expect, it } from 'vitest';
import { quotaHeaders } from '../../../gateway/quota/quota-headers.ts';

const requests = { limit: 60, used: 1, remaining: 59, resetMs: 1_000 };
const tokens = { limit: 150_000, used: 16, remaining: 149_984, resetMs: 6 };
const concurrent = { limit: 4, open: 1 };

describe('the headers of a quota', () => {
  it('are OpenAI’s, by name and form', () => {
    expect(Object.fromEntries(quotaHeaders({ requests, tokens, concurrent }))).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6ms',
    });
  });

  it.each(['requests', 'tokens'] as const)(
    'tell nothing but of the limit that is set: %s',
    (unit) => {
      const names = quotaHeaders({ [unit]: requests }).map(([name]) => name);

      expect(names).toEqual([
        `x-ratelimit-limit-${unit}`,
        `x-ratelimit-remaining-${unit}`,
        `x-ratelimit-reset-${unit}`,
      ]);
    },
  );

  it('are none where only concurrent requests are bounded: OpenAI has no such limit', () => {
    expect(quotaHeaders({ concurrent })).toEqual([]);
  });
});
