import { describe, expect, it } from 'vitest';

import type { CancelTimer, Clock } from '../../../gateway/clock.ts';
import { LoopWatch } from '../../../gateway/server/loop-watch.ts';

/** A clock whose timers come as late as the test says. */
class LateClock implements Clock {
  #nowMs = 0;
  #waiting: (() => void) | undefined;
  #dueMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): CancelTimer {
    this.#waiting = task;
    this.#dueMs = this.#nowMs + delayMs;
    return () => {
      this.#waiting = undefined;
    };
  }

  get timers(): number {
    return this.#waiting === undefined ? 0 : 1;
  }

  /** Runs the timer that waits, so much later than it was to come. */
  look(lateMs: number): void {
    const task = this.#waiting;
    this.#nowMs = this.#dueMs + lateMs;
    this.#waiting = undefined;
    task?.();
  }
}

function aWatch(lateMsMax = 500): { readonly clock: LateClock; readonly watch: LoopWatch } {
  const clock = new LateClock();
  const watch = new LoopWatch(clock, lateMsMax);
  watch.start();
  return { clock, watch };
}

describe('the event loop', () => {
  it('is in time as long as its looks are late by no more than may be', () => {
    const { clock, watch } = aWatch();
    for (let look = 0; look < 5; look += 1) clock.look(500);

    expect(watch.isLate).toBe(false);
  });

  it('is late from the second look in a row that is later, and in time with the next that is not', () => {
    const { clock, watch } = aWatch();
    clock.look(501);
    expect(watch.isLate).toBe(false);
    clock.look(501);
    expect(watch.isLate).toBe(true);
    clock.look(10_000);
    expect(watch.isLate).toBe(true);
    clock.look(0);
    expect(watch.isLate).toBe(false);
  });

  it('is not late for one pause now and then', () => {
    const { clock, watch } = aWatch();
    for (const lateMs of [900, 0, 900, 0, 5_000, 0]) {
      clock.look(lateMs);
      expect(watch.isLate).toBe(false);
    }
  });

  it('may be later when the bound is another', () => {
    const { clock, watch } = aWatch();
    watch.limit(1_000);
    clock.look(999);
    clock.look(999);
    expect(watch.isLate).toBe(false);
    watch.limit(10);
    clock.look(11);
    clock.look(11);
    expect(watch.isLate).toBe(true);
  });

  it('is looked at until the watch ends', () => {
    const { clock, watch } = aWatch();
    expect(clock.timers).toBe(1);
    watch.stop();
    expect(clock.timers).toBe(0);
  });
});
