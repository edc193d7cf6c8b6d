import type { Clock } from '../clock.ts';

/** The machine's own clock, for a program that has nothing else to do than to wait for its timers. */
export const waitingClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
