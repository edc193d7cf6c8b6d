import type { SimulatorClock } from './clock.ts';
import { DelayLine } from './delay-line.ts';
import type { Sequence } from './sequence.ts';

/** What lies between the end of a step and the client. */
export interface FrontEndCosts {
  /** Time that one serial server spends on each token; 0 turns it off. */
  readonly frontEndMsPerChunk: number;
  /** Chance, 0 to 1, that a token between first and last goes out with the next one. */
  readonly chunkLossRate: number;
  /** Time between the last token and the end of the stream. */
  readonly streamTailMs: number;
}

/** Start of the draws in the reference runs. */
const REFERENCE_SEED = 0x9e37_79b9;

/** Tells each generation its tokens, when and in the chunks in which a client sees them. */
export class FrontEnd {
  readonly #costs: FrontEndCosts;
  readonly #chunks: DelayLine;
  readonly #tails: DelayLine;
  /** State of a 32-bit xorshift (13, 17, 5), never 0. */
  #random: number;
  #servedUntilMs = 0;

  constructor(costs: FrontEndCosts, clock: SimulatorClock, seed: number = REFERENCE_SEED) {
    this.#costs = costs;
    this.#random = seed | 0 || REFERENCE_SEED;
    this.#chunks = new DelayLine(clock, (sequence, count, atMs) => {
      this.#show(sequence, count, atMs);
    });
    this.#tails = new DelayLine(clock, (sequence, _count, atMs) => {
      if (!sequence.isAborted) sequence.listener.finished(atMs);
    });
  }

  /** Takes the token that `sequence` just produced, at the end of the step that made it. */
  deliver(sequence: Sequence, atMs: number): void {
    const serviceMs = this.#costs.frontEndMsPerChunk;
    // A token that goes out with the next one is served all the same: it is merged behind the
    // server.
    if (serviceMs > 0) this.#servedUntilMs = Math.max(this.#servedUntilMs, atMs) + serviceMs;
    sequence.unsentTokens += 1;
    if (this.#isHeldBack(sequence)) return;
    const count = sequence.unsentTokens;
    sequence.unsentTokens = 0;
    if (serviceMs > 0) this.#chunks.push(sequence, count, this.#servedUntilMs);
    else this.#show(sequence, count, atMs);
  }

  /** Draws for a token between first and last whether it waits for the next one. */
  #isHeldBack(sequence: Sequence): boolean {
    const { producedTokens, outputTokens } = sequence;
    if (producedTokens === 1 || producedTokens === outputTokens) return false;
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.#random = random;
    return (random >>> 0) / 2 ** 32 < this.#costs.chunkLossRate;
  }

  #show(sequence: Sequence, count: number, atMs: number): void {
    if (sequence.isAborted) return;
    sequence.shownTokens += count;
    sequence.listener.tokens(count, atMs);
    if (sequence.shownTokens < sequence.outputTokens) return;
    const tailMs = this.#costs.streamTailMs;
    if (tailMs > 0) this.#tails.push(sequence, 0, atMs + tailMs);
    else if (!sequence.isAborted) sequence.listener.finished(atMs);
  }
}
