import type { CancelTimer, Clock } from '../clock.ts';

/** Between two looks: as long as a token may be late before somebody who reads along sees it. */
const LOOK_MS = 100;

/** Looks in a row that have to be late: one is a collection of garbage, or a machine that slept. */
const LATE_LOOKS = 2;

/** Tells when the event loop has more to do than it gets done, by how late a timer of its own comes. */
export class LoopWatch {
  readonly #clock: Clock;
  #lateMsMax: number;
  #lateLooks = 0;
  #cancel: CancelTimer = () => undefined;

  /** `lateMsMax`: lateness that is still taken for none. */
  constructor(clock: Clock, lateMsMax: number) {
    this.#clock = clock;
    this.#lateMsMax = lateMsMax;
  }

  /** True from the second late look in a row up to the first that is in time. */
  get isLate(): boolean {
    return this.#lateLooks >= LATE_LOOKS;
  }

  /** Sets how much lateness is taken for none from now on. */
  limit(lateMsMax: number): void {
    this.#lateMsMax = lateMsMax;
  }

  start(): void {
    const dueMs = this.#clock.nowMs() + LOOK_MS;
    this.#cancel = this.#clock.after(LOOK_MS, () => {
      const isLate = this.#clock.nowMs() - dueMs > this.#lateMsMax;
      this.#lateLooks = isLate ? this.#lateLooks + 1 : 0;
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
