/** Counts failures in a row. */
export class FailureStreak {
  readonly #failuresMax: number;
  #failures = 0;

  /** `failuresMax`: 1 or more. */
  constructor(failuresMax: number) {
    this.#failuresMax = failuresMax;
  }

  /** One more; true once there are as many as may be. */
  failed(): boolean {
    this.#failures += 1;
    return this.#failures >= this.#failuresMax;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
