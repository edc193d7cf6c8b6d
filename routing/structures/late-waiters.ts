import { Heap } from './heap.ts';

/** Somebody who waits. */
export interface Entered {
  readonly enteredMs: number;
  /** Smaller of those who entered earlier. */
  readonly number: number;
}

/**
 * So many good waits long somebody has to have been late, without a break, before the late step back. A crowd that
 * passes is served in order: to step back in it makes a few wait for very long and gains next to nothing.
 */
const OVERLOAD_GOOD_WAITS = 2;

/** Who of those who wait has waited for longer than is good, and whether that has become the rule. */
export class LateWaiters<T extends Entered> {
  readonly #goodWaitMs: number;
  readonly #inTurn: Heap<T> = new Heap<T>(entersBefore);
  readonly #steppedBack: Set<T> = new Set();
  #lateSinceMs = Infinity;

  /** `Infinity` milliseconds: nobody is ever late. */
  constructor(goodWaitMs: number) {
    this.#goodWaitMs = goodWaitMs;
  }

  add(one: T): void {
    this.#inTurn.add(one);
  }

  /** No effect for one who is not there. */
  remove(one: T): void {
    this.#inTurn.remove(one);
    this.#steppedBack.delete(one);
  }

  /** Those who step back, each told once, in the order of entering; nobody while lateness is the exception. */
  *stepBack(nowMs: number): Generator<T> {
    if (!this.#isOverload(nowMs)) return;
    for (let late = this.#lateAt(nowMs); late !== undefined; late = this.#lateAt(nowMs)) {
      this.#inTurn.remove(late);
      this.#steppedBack.add(late);
      yield late;
    }
  }

  #isOverload(nowMs: number): boolean {
    const isAnybodyLate = this.#steppedBack.size > 0 || this.#lateAt(nowMs) !== undefined;
    this.#lateSinceMs = isAnybodyLate ? Math.min(this.#lateSinceMs, nowMs) : Infinity;
    return nowMs - this.#lateSinceMs >= OVERLOAD_GOOD_WAITS * this.#goodWaitMs;
  }

  #lateAt(nowMs: number): T | undefined {
    const { first } = this.#inTurn;
    return first !== undefined && nowMs - first.enteredMs >= this.#goodWaitMs ? first : undefined;
  }
}

function entersBefore(one: Entered, other: Entered): boolean {
  return one.enteredMs === other.enteredMs
    ? one.number < other.number
    : one.enteredMs < other.enteredMs;
}
