import type { SimulatorClock } from './clock.ts';
import type { Sequence } from './sequence.ts';

/** Entries of a new line; it doubles when full. */
const ENTRIES_AT_FIRST = 16;

/** Called for each entry when its time has come. */
export type Leave = (sequence: Sequence, count: number, atMs: number) => void;

/** A queue whose entries leave in order, each at its time: one timer, no allocation an entry. */
export class DelayLine {
  readonly #clock: SimulatorClock;
  readonly #leave: Leave;
  readonly #fire = (): void => this.#release();
  #sequences: (Sequence | undefined)[] = Array.from({ length: ENTRIES_AT_FIRST });
  #counts = new Int32Array(ENTRIES_AT_FIRST);
  #timesMs = new Float64Array(ENTRIES_AT_FIRST);
  #head = 0;
  #length = 0;
  #isArmed = false;

  constructor(clock: SimulatorClock, leave: Leave) {
    this.#clock = clock;
    this.#leave = leave;
  }

  /** Adds an entry that leaves at `atMs`, never before one that was added earlier. */
  push(sequence: Sequence, count: number, atMs: number): void {
    if (this.#length === this.#sequences.length) this.#grow();
    const index = (this.#head + this.#length) & (this.#sequences.length - 1);
    this.#sequences[index] = sequence;
    this.#counts[index] = count;
    this.#timesMs[index] = atMs;
    this.#length += 1;
    if (!this.#isArmed) this.#arm();
  }

  #arm(): void {
    this.#isArmed = true;
    this.#clock.at(this.#timesMs[this.#head] ?? 0, this.#fire);
  }

  /** Lets everything leave whose time has come, then waits for the next. */
  #release(): void {
    const nowMs = this.#clock.nowMs();
    while (this.#length > 0 && (this.#timesMs[this.#head] ?? 0) <= nowMs) {
      const index = this.#head;
      const sequence = this.#sequences[index];
      this.#sequences[index] = undefined;
      this.#head = (index + 1) & (this.#sequences.length - 1);
      this.#length -= 1;
      if (sequence !== undefined) {
        this.#leave(sequence, this.#counts[index] ?? 0, this.#timesMs[index] ?? 0);
      }
    }
    this.#isArmed = false;
    if (this.#length > 0) this.#arm();
  }

  #grow(): void {
    const size = this.#sequences.length;
    const sequences = Array.from<Sequence | undefined>({ length: 2 * size });
    const counts = new Int32Array(2 * size);
    const timesMs = new Float64Array(2 * size);
    for (let index = 0; index < size; index += 1) {
      const from = (this.#head + index) & (size - 1);
      sequences[index] = this.#sequences[from];
      counts[index] = this.#counts[from] ?? 0;
      timesMs[index] = this.#timesMs[from] ?? 0;
    }
    this.#sequences = sequences;
    this.#counts = counts;
    this.#timesMs = timesMs;
    this.#head = 0;
  }
}
