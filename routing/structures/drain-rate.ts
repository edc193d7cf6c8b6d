/** Departures are remembered for about this long: several prefill steps, and less than a change of load. */
const MEMORY_MS = 10_000;

/** How many leave a queue per millisecond, as a mean that forgets. */
export class DrainRate {
  #weight = 0;
  #lastMs = 0;

  /** Counts one departure. Time never runs back. */
  note(nowMs: number): void {
    this.#weight = this.#weightAt(nowMs) + 1;
    this.#lastMs = nowMs;
  }

  /** Milliseconds until `count` have left at the pace of late; `Infinity` when nobody left yet. */
  msToDrain(count: number, nowMs: number): number {
    return (count * MEMORY_MS) / this.#weightAt(nowMs);
  }

  #weightAt(nowMs: number): number {
    return this.#weight * Math.exp((this.#lastMs - nowMs) / MEMORY_MS);
  }
}
