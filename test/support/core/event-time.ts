import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type { CancelTimer, Clock } from '../../../gateway/clock.ts';
import { settle } from '../passing-time.ts';

/** Virtual time that jumps from event to event, and lets what waits for nothing but other code run after each. */
export class EventTime implements Clock {
  readonly #clock = new VirtualClock();
  #events = 0;

  /** Events that ran. */
  get events(): number {
    return this.#events;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  after(delayMs: number, task: () => void): CancelTimer {
    return this.#clock.at(this.#clock.nowMs() + delayMs, task);
  }

  /** Runs up to `untilMs`, in steps of `stepMs`, while `goesOn` says so after each that did something. */
  async run(untilMs: number, stepMs: number, goesOn: () => boolean): Promise<void> {
    for (let at = this.#clock.nowMs() + stepMs; at <= untilMs; at += stepMs) {
      const ran = this.#clock.runUntil(at);
      this.#events += ran;
      if (ran === 0) continue;
      await settle();
      if (!goesOn()) return;
    }
  }
}
