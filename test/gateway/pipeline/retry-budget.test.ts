import { describe, expect, it } from 'vitest';
import {
  BUDGET_SECONDS,
  FREE_RETRIES_PER_SECOND,
  RetryBudget,
} from '../../../gateway/pipeline/retry-budget.ts';

const FREE = FREE_RETRIES_PER_SECOND * BUDGET_SECONDS;
const WINDOW_MS = BUDGET_SECONDS * 1_000;

/** Retries that a budget gives at one moment, until it gives no more. */
function takeAll(budget: RetryBudget, nowMs: number): number {
  let taken = 0;
  while (taken < 10_000 && budget.take(nowMs)) taken += 1;
  return taken;
}

function aBudget(requests: number, atMs = 0): RetryBudget {
  const budget = new RetryBudget(0.15);
  for (let count = 0; count < requests; count += 1) budget.arrived(atMs);
  return budget;
}

describe('a retry budget', () => {
  it('affords the free retries without any traffic, and not one more', () => {
    expect(takeAll(aBudget(0), 0)).toBe(FREE);
  });

  it('affords 15 of 100 requests beside them, and not one more', () => {
    expect(takeAll(aBudget(100), 0)).toBe(FREE + 15);
  });

  it('gives nothing twice: what was taken counts for ten seconds', () => {
    const budget = aBudget(1_000);
    takeAll(budget, 0);

    expect(takeAll(budget, WINDOW_MS - 1)).toBe(0);
    expect(takeAll(budget, WINDOW_MS)).toBe(FREE);
  });

  it('counts requests for ten seconds', () => {
    expect(takeAll(aBudget(1_000), WINDOW_MS - 1)).toBe(FREE + 150);
    expect(takeAll(aBudget(1_000), WINDOW_MS)).toBe(FREE);
  });

  it('forgets all that was before a pause of any length', () => {
    const budget = aBudget(1_000, 5_500);
    takeAll(budget, 5_500);

    expect(takeAll(budget, 1e9)).toBe(FREE);
  });

  it('keeps a minute of nothing but failures below 1.2 attempts a request', () => {
    const budget = new RetryBudget(0.15);
    let retries = 0;
    const requests = 60 * 100;
    for (let count = 0; count < requests; count += 1) {
      const nowMs = count * 10;
      budget.arrived(nowMs);
      if (budget.take(nowMs)) retries += 1;
    }

    expect(retries / requests).toBeGreaterThan(0.15);
    expect(retries / requests).toBeLessThan(0.2);
  });

  it('of a share of 0 affords the free ones alone', () => {
    const budget = new RetryBudget(0);
    for (let count = 0; count < 1_000; count += 1) budget.arrived(0);

    expect(takeAll(budget, 0)).toBe(FREE);
  });
});
