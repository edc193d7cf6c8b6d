import type { LaunchClock } from '../../../deploy/launch/launch-clock.ts';
import { ManualClock } from '../clock.ts';

/** Small enough to land on every timer of a launcher. */
const STEP_MS = 1;

/** Promises that a timer's task waits for settle within a few turns. */
const TURNS = 4;

/** A clock that stands still until time is passed, with what its timers set off. */
export class LaunchTestClock implements LaunchClock {
  readonly #clock: ManualClock = new ManualClock();

  nowMs(): number {
    return this.#clock.nowMs();
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#clock.nowMs();
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#clock.after(delayMs, task);
  }

  /** Moves time on, and lets everything that waits for promises go on in between. */
  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
      this.#clock.advance(STEP_MS);
      for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
    }
  }

  /** Lets promises settle, and time stand still. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }
}
