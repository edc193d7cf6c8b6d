import type { Sequence } from './sequence.ts';
import type { StepLoad } from './step-time.ts';

/** One planned iteration. */
export interface Step extends StepLoad {
  /** Those that get one more token when it ends, in the order of the running list. */
  readonly batch: readonly Sequence[];
}

/** A step in the making. A scheduler keeps one and clears it for each plan. */
export class StepDraft implements Step {
  readonly batch: Sequence[] = [];
  prefillTokens = 0;
  decodeSequences = 0;
  decodeKvTokens = 0;

  clear(): void {
    this.batch.length = 0;
    this.prefillTokens = 0;
    this.decodeSequences = 0;
    this.decodeKvTokens = 0;
  }

  /** Computes prompt tokens in this step. */
  addPrefill(tokens: number): void {
    this.prefillTokens += tokens;
  }

  /** Gives a sequence, its slot already taken, one token in this step. */
  addDecode(sequence: Sequence): void {
    this.batch.push(sequence);
    this.decodeSequences += 1;
    this.decodeKvTokens += sequence.kvTokens;
  }
}
