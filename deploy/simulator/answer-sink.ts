import type { Choice } from './generation.ts';

/** Takes the tokens of a generation on their way to the client. */
export interface AnswerSink {
  /** A choice has more tokens than before; `isLast` when it has all. Called once a chunk. */
  tokens(choice: Choice, isLast: boolean): void;
  /** Every choice has ended, and so does the answer. */
  finished(): void;
}
