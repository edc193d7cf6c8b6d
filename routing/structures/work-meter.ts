import type { WorkSample } from './speed-fit.ts';

/** A stream as it is metered: how many tokens it has made so far. */
export interface MeteredStream {
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Output tokens at the last sample. */
  meteredTokens: number;
}

/** Measures what a replica does while it has work, one sample after the other. */
export class WorkMeter {
  #sinceMs = 0;
  #outputTokens = 0;
  #prefilledTokens = 0;
  #kvTokensBefore = 0;
  #hasWork = false;

  /** Work begins at a replica that had none: what was before tells nothing of its speed. */
  begin(nowMs: number): void {
    this.#restart(nowMs, 0);
    this.#hasWork = true;
  }

  /** The last of the work is gone. */
  pause(): void {
    this.#hasWork = false;
  }

  /** A prompt has been computed. */
  prefilled(tokens: number): void {
    this.#prefilledTokens += tokens;
  }

  /** A stream is over. */
  ended(stream: MeteredStream): void {
    this.#outputTokens += stream.outputTokens - stream.meteredTokens;
  }

  /**
   * What was done since the last sample by `streams` and those that ended; `undefined` where work was
   * lacking, or where no stream lasted long enough to count the steps.
   */
  sample(streams: Iterable<MeteredStream>, nowMs: number): WorkSample | undefined {
    let kvTokens = 0;
    let steps = 0;
    for (const stream of streams) {
      const tokens = stream.outputTokens - stream.meteredTokens;
      // Only a stream that decoded from the first moment to the last made a token in every step.
      if (stream.meteredTokens > 0) steps = Math.max(steps, tokens);
      this.#outputTokens += tokens;
      stream.meteredTokens = stream.outputTokens;
      kvTokens += stream.promptTokens + stream.outputTokens;
    }
    const sample = {
      elapsedMs: nowMs - this.#sinceMs,
      steps,
      outputTokens: this.#outputTokens,
      prefillTokens: this.#prefilledTokens,
      kvTokens: (this.#kvTokensBefore + kvTokens) / 2,
    };
    this.#restart(nowMs, kvTokens);
    const knowsSteps = sample.steps > 0 || sample.outputTokens === 0;
    return this.#hasWork && knowsSteps ? sample : undefined;
  }

  #restart(nowMs: number, kvTokens: number): void {
    this.#sinceMs = nowMs;
    this.#outputTokens = 0;
    this.#prefilledTokens = 0;
    this.#kvTokensBefore = kvTokens;
  }
}
