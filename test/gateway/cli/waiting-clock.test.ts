import { describe, expect, it, vi } from 'vitest';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';

describe('the waiting clock', () => {
  it('keeps the process alive for its timers, and lets them be taken back', () => {
    vi.useFakeTimers();
    const ran: string[] = [];
    waitingClock.after(10, () => ran.push('kept'));
    waitingClock.after(10, () => ran.push('cancelled'))();
    vi.advanceTimersByTime(9);
    expect(ran).toEqual([]);

    vi.advanceTimersByTime(1);

    expect(ran).toEqual(['kept']);
    vi.useRealTimers();
  });

  it('never goes back', () => {
    const first = waitingClock.nowMs();

    expect(waitingClock.nowMs()).toBeGreaterThanOrEqual(first);
  });
});
