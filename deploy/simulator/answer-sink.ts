import type { Choice, Generation } from './generation.ts';

/** Takes the tokens of a generation on their way to the client. */
export interface AnswerSink {
  /** A choice has more tokens than before; `isLast` when it has all. Called once a chunk. */
  tokens(choice: Choice, isLast: boolean): void;
  /** Every choice has ended, and so does the answer. */
  finished(): void;
}

/** A generation that a sink may take out of the engine. */
export interface SunkGeneration extends Generation {
  /** Ends it with the reason `abort`, which the client is told. */
  abort(): void;
  /** Ends it without a word. */
  drop(): void;
}
