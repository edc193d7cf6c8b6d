import assert from 'node:assert/strict';

import { EventHeap } from './event-heap.ts';
import { LatenessHistogram, type Lateness } from './lateness.ts';

/** Takes a task back. Calling it again, or after the task ran, does nothing. */
export type CancelTask = () => void;

/** Time as a simulated engine sees it: engine milliseconds, whatever the pace of the wall clock. */
export interface SimulatorClock {
  /** Engine milliseconds since the clock was made. */
  nowMs(): number;
  /** Runs `task` once at `timeMs`, or soon when that has passed; never inside this call. */
  at(timeMs: number, task: () => void): CancelTask;
}

/** A clock that jumps from event to event. Tasks of one time run in the order of asking. */
export class VirtualClock implements SimulatorClock {
  readonly #heap = new EventHeap();
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  at(timeMs: number, task: () => void): CancelTask {
    const event = this.#heap.push(Math.max(timeMs, this.#nowMs), task);
    return () => {
      event.task = undefined;
    };
  }

  /** Runs every event, those that events add included, and returns how many ran. */
  run(): number {
    return this.#runWhile(Infinity);
  }

  /** Runs the events up to and at `timeMs`, then stands at `timeMs`; returns how many ran. */
  runUntil(timeMs: number): number {
    const ran = this.#runWhile(timeMs);
    this.#nowMs = Math.max(this.#nowMs, timeMs);
    return ran;
  }

  #runWhile(untilMs: number): number {
    let ran = 0;
    for (let next = this.#heap.peek(); next !== undefined; next = this.#heap.peek()) {
      if (next.timeMs > untilMs) break;
      this.#heap.pop();
      const task = next.task;
      if (task === undefined) continue;
      next.task = undefined;
      this.#nowMs = next.timeMs;
      task();
      ran += 1;
    }
    return ran;
  }
}

/** The machine's time and timers, as the wall clock needs them. */
export interface WallTimers {
  /** Monotonic wall milliseconds. */
  nowMs(): number;
  /** Runs `task` once, `delayMs` of wall time from now; 0 means after pending input and output. */
  after(delayMs: number, task: () => void): CancelTask;
}

/** A clock that follows the wall, `speed` engine milliseconds each wall millisecond. */
export interface WallClock extends SimulatorClock {
  /** How late its tasks ran so far, in wall milliseconds. */
  lateness(): Lateness;
}

/** Longest delay that a timer of Node takes; the clock waits for the rest when it fires. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Node's own timers. They do not keep the process alive. */
const nodeTimers: WallTimers = {
  nowMs: () => performance.now(),
  after(delayMs, task) {
    if (delayMs <= 0) {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(task, Math.min(delayMs, TIMER_MS_MAX));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * A clock that starts at 0 and runs `speed` (above 0) times as fast as the wall. Tasks wait for
 * absolute engine times, so a late one does not delay those after it.
 */
export function wallClock(speed: number, timers: WallTimers = nodeTimers): WallClock {
  assert(speed > 0 && speed < Infinity, 'speed is above 0 and finite');
  const startMs = timers.nowMs();
  const histogram = new LatenessHistogram();
  const nowMs = (): number => (timers.nowMs() - startMs) * speed;

  return {
    nowMs,
    at(timeMs, task) {
      const dueMs = startMs + timeMs / speed;
      let cancel: CancelTask;
      const arm = (remainingMs: number): void => {
        // Rounded up because Node cuts fractions off, which would fire before the time.
        cancel = timers.after(Math.max(0, Math.ceil(remainingMs)), fire);
      };
      const fire = (): void => {
        const lateMs = timers.nowMs() - dueMs;
        // Node counts a delay from the start of the turn, so a long turn makes a timer early.
        if (lateMs < 0) return arm(-lateMs);
        histogram.record(lateMs);
        task();
      };
      arm(dueMs - timers.nowMs());
      return () => cancel();
    },
    lateness: () => histogram.read(),
  };
}
