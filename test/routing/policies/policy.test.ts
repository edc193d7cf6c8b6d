import { describe, expect, it } from 'vitest';
import { TOO_LONG_SECONDS } from '../../../routing/policies/policy.ts';

const DAY_SECONDS = 86_400;

describe('the cost of a replica that a request is too long for', () => {
  it('is above any wait: a request lives for a day at most', () => {
    expect(TOO_LONG_SECONDS).toBeGreaterThan(10_000 * DAY_SECONDS);
  });

  it('leaves the others tell microseconds apart beside it', () => {
    expect(TOO_LONG_SECONDS + 2e-6).toBeGreaterThan(TOO_LONG_SECONDS + 1e-6);
  });
});
