import { describe, expect, it } from 'vitest';

import { FailureStreak } from '../../../gateway/discovery/failure-streak.ts';

describe('a streak of failures', () => {
  it('is long enough with the last that may be, and not before', () => {
    const streak = new FailureStreak(3);
    expect([streak.failed(), streak.failed(), streak.failed(), streak.failed()]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('is over with a success', () => {
    const streak = new FailureStreak(2);
    streak.failed();
    streak.succeeded();
    expect(streak.failed()).toBe(false);
    expect(streak.failed()).toBe(true);
  });

  it('of one failure is long enough where one may be', () => {
    expect(new FailureStreak(1).failed()).toBe(true);
  });
});
