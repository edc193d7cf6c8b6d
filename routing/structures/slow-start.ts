/** Requests that a replica that comes back may have at first: enough to show whether it works. */
const REQUESTS_FIRST = 8;

/** With so many answers begun it is as good as any other. */
const ANSWERS_ENOUGH = 256;

/**
 * How many requests a replica that comes back may have: a few, and one more for each answer that it begins. So its
 * share doubles with every round of prefills, at the pace of the replica and not of a clock: caches are cold and
 * kernels not compiled, which takes one engine a moment and another a minute.
 */
export class SlowStart {
  /** Answers begun when it came back; `undefined` for one that is not new. */
  #answersBefore: number | undefined;

  /** It comes back, with so many answers begun in its life. */
  begin(answers: number): void {
    this.#answersBefore = answers;
  }

  /** Requests that it may have at a time; `Infinity` where it is not slowed. */
  requestsMax(answers: number): number {
    if (this.#answersBefore === undefined) return Infinity;
    const begun = answers - this.#answersBefore;
    if (begun < ANSWERS_ENOUGH) return REQUESTS_FIRST + begun;
    this.#answersBefore = undefined;
    return Infinity;
  }
}
