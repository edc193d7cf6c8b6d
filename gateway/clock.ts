/** Stops a timer. Calling it again, or after the timer ran, does nothing. */
export type CancelTimer = () => void;

/** Time as the data path sees it: handed in, so that the code that serves is the code that is simulated. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start. */
  nowMs(): number;
  /** Runs `task` once, `delayMs` (0 or more) from the present. */
  after(delayMs: number, task: () => void): CancelTimer;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
