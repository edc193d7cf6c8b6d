/** Departures are remembered for about this long: several prefill steps, and less than a change of load. */
const MEMORY_MS = 10_000;

/** Nothing is foretold before so much time with a queue has been seen: what leaves at once was no queue. */
const KNOWN_AFTER_MS = 1000;

/**
 * How much leaves a queue per millisecond while somebody waits, as a mean that forgets. Times without
 * a queue count for nothing: they tell no pace.
 */
export class DrainRate {
  #amount = 0;
  #timeMs = 0;
  #lastMs = 0;
  #isRunning = false;

  /** The queue is empty no more. Time never runs back. */
  resume(nowMs: number): void {
    this.#pass(nowMs);
    this.#isRunning = true;
  }

  /** The queue is empty. */
  pause(nowMs: number): void {
    this.#pass(nowMs);
    this.#isRunning = false;
  }

  /** Counts what left. */
  note(nowMs: number, amount: number): void {
    this.#pass(nowMs);
    this.#amount += amount;
  }

  /** Milliseconds until `amount` has left at the pace of late; `undefined` while no pace is known. */
  msToDrain(amount: number, nowMs: number): number | undefined {
    this.#pass(nowMs);
    if (this.#timeMs < KNOWN_AFTER_MS || this.#amount === 0) return undefined;
    return (amount * this.#timeMs) / this.#amount;
  }

  /** Both are forgotten alike, so that their quotient is a mean from the first moment on. */
  #pass(nowMs: number): void {
    const passedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (!this.#isRunning || passedMs <= 0) return;
    const kept = Math.exp(-passedMs / MEMORY_MS);
    this.#amount *= kept;
    this.#timeMs = this.#timeMs * kept + MEMORY_MS * (1 - kept);
  }
}
