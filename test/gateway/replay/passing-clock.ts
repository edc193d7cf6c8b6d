import type { CancelTimer, Clock } from '../../../gateway/clock.ts';

/** A clock that jumps to each timer as soon as everything else has come to rest. */
export class PassingClock implements Clock {
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): CancelTimer {
    const immediate = setImmediate(() => {
      this.#nowMs += delayMs;
      task();
    });
    return () => clearImmediate(immediate);
  }
}
