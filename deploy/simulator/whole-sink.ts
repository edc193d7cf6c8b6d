import type { AnswerSink, SunkGeneration } from './answer-sink.ts';
import { type Ending, GARBAGE } from './event-writer.ts';
import { type Choice, completionTokensOf } from './generation.ts';
import type { PlainAnswer } from './plain-answer.ts';
import type { StreamFault } from './stream-sink.ts';

/** What an answer that is not streamed is made of. */
export interface WholeParts {
  readonly generation: SunkGeneration;
  /** In the order of their moments. */
  readonly faults: readonly StreamFault[];
  /** The answer when every choice has ended. */
  readonly answer: () => PlainAnswer;
  /** The answer of a generation that failed. */
  readonly failure: (message: string, code: number) => PlainAnswer;
  readonly send: (answer: PlainAnswer) => void;
  /** Breaks the connection off. */
  readonly kill: (ending: Ending) => void;
  /** Calls back after engine milliseconds. */
  readonly after: (ms: number, callback: () => void) => void;
}

/** Waits until a generation has ended and sends it in one piece. Faults strike by the tokens made so far. */
export class WholeSink implements AnswerSink {
  readonly #parts: WholeParts;
  #nextFault = 0;
  #isStalled = false;
  #isFinished = false;
  #isOver = false;

  constructor(parts: WholeParts) {
    this.#parts = parts;
  }

  tokens(_choice: Choice, _isLast: boolean): void {
    if (this.#parts.faults.length > 0) this.#strikeDue(completionTokensOf(this.#parts.generation));
  }

  finished(): void {
    this.#isFinished = true;
    // What strikes behind the tokens strikes an answer in one piece before it is sent.
    if (this.#parts.faults.length > 0) this.#strikeDue(Infinity);
    if (!this.#isStalled) this.#send();
  }

  #send(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.send(this.#parts.answer());
  }

  #strikeDue(made: number): void {
    const { faults } = this.#parts;
    for (
      let fault = faults[this.#nextFault];
      fault !== undefined;
      fault = faults[this.#nextFault]
    ) {
      if (fault.at > made || this.#isOver || this.#isStalled) return;
      this.#nextFault += 1;
      this.#apply(fault);
    }
  }

  #apply(fault: StreamFault): void {
    const { generation, after, send, failure, kill } = this.#parts;
    switch (fault.kind) {
      case 'stall':
        return this.#stall(fault.ms);
      case 'comment':
        return;
      case 'abort':
        return after(0, () => generation.abort());
      case 'error-event':
        return this.#break(() => send(failure(fault.message, fault.code)));
      case 'die':
        return this.#break(() => kill(fault.how));
      case 'clean-end':
        return this.#break(() => kill('fin'));
      case 'garbage':
        return this.#break(() =>
          send({ status: 200, contentType: 'application/json', body: GARBAGE }),
        );
    }
  }

  #stall(ms: number | undefined): void {
    this.#isStalled = true;
    if (ms === undefined) return;
    this.#parts.after(ms, () => {
      this.#isStalled = false;
      if (this.#isFinished) this.#send();
    });
  }

  #break(end: () => void): void {
    this.#isOver = true;
    end();
    this.#parts.after(0, () => this.#parts.generation.drop());
  }
}
