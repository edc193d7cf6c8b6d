/** Lets at most `limit` tasks be open at once; the others wait in their order. */
export class ConcurrencyGate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #next = 0;
  #open = 0;

  /** `limit` is 1 or more; `undefined` lets everything through at once. */
  constructor(limit: number | undefined) {
    this.#limit = limit ?? Infinity;
  }

  /** Runs `task`, at once or when it is its turn. It holds its place until `leave`. */
  enter(task: () => void): void {
    if (this.#open < this.#limit) {
      this.#open += 1;
      task();
    } else {
      this.#waiting.push(task);
    }
  }

  /** One open task has ended; the next one that waits takes its place. */
  leave(): void {
    const task = this.#waiting[this.#next];
    if (task === undefined) {
      this.#open -= 1;
      return;
    }
    this.#next += 1;
    task();
  }
}
