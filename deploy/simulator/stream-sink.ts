import type { AnswerSink, SunkGeneration } from './answer-sink.ts';
import { GARBAGE, type StreamWriter } from './event-writer.ts';
import type { RequestFault } from './fault-rules.ts';
import { AT_DONE, AT_FINISH } from './fault-rules.ts';
import type { Choice } from './generation.ts';
import type { StreamFrames } from './protocols/protocol.ts';

/** A fault that strikes inside a stream. */
export type StreamFault = Extract<RequestFault, { readonly at: unknown }> & { readonly at: number };

/** What vLLM's `--sse-keep-alive-interval` sends between events. */
const COMMENT = ': keep-alive\n\n';

/** What a stream is made of. */
export interface StreamParts {
  readonly generation: SunkGeneration;
  readonly frames: StreamFrames;
  readonly writer: StreamWriter;
  /** The head leaves before the first token. */
  readonly headBeforeTokens: boolean;
  /** In the order of their moments. */
  readonly faults: readonly StreamFault[];
  /** Data of the engine's error event. */
  readonly errorEvent: (message: string, code: number) => string;
  /** Calls back after engine milliseconds. */
  readonly after: (ms: number, callback: () => void) => void;
}

/** Sends a generation as an event stream: one write a chunk, and what piles up behind a slow reader as one chunk. */
export class StreamSink implements AnswerSink {
  readonly #parts: StreamParts;
  readonly #generation: SunkGeneration;
  readonly #frames: StreamFrames;
  readonly #writer: StreamWriter;
  readonly #sent: Int32Array;
  /** 0 while a choice runs, 1 when it has all its tokens, 2 when its last chunk is sent. */
  readonly #stage: Uint8Array;
  #sentTotal = 0;
  #nextFault = 0;
  #faultAt: number;
  #isStalled = false;
  #isWaiting = false;
  #isFinished = false;
  #isClosed = false;
  #isOver = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#generation = parts.generation;
    this.#frames = parts.frames;
    this.#writer = parts.writer;
    this.#sent = new Int32Array(parts.generation.choices.length);
    this.#stage = new Uint8Array(parts.generation.choices.length);
    this.#faultAt = parts.faults[0]?.at ?? Infinity;
  }

  /** Sends the head where that comes first, and lets faults strike that wait for no token. */
  start(): void {
    if (this.#parts.headBeforeTokens) this.#writer.open();
    if (this.#faultAt === 0) this.#strike();
  }

  tokens(choice: Choice, isLast: boolean): void {
    if (isLast && this.#stage[choice.index] === 0) this.#stage[choice.index] = 1;
    if (this.#mayWrite()) this.#send(choice);
  }

  finished(): void {
    this.#isFinished = true;
    if (this.#mayWrite()) this.#close();
  }

  #mayWrite(): boolean {
    if (this.#isOver || this.#isStalled || this.#isWaiting) return false;
    if (!this.#writer.isFull) return true;
    this.#isWaiting = true;
    this.#writer.whenDrained(() => {
      this.#isWaiting = false;
      this.#sendAll();
    });
    return false;
  }

  #sendAll(): void {
    for (const choice of this.#generation.choices) {
      if (this.#isOver || this.#isStalled) return;
      this.#send(choice);
    }
    if (this.#isFinished) this.#close();
  }

  #send(choice: Choice): void {
    const { index } = choice;
    const from = this.#sent[index] ?? 0;
    const to = this.#generation.tokens(choice);
    if (this.#sentTotal + to - from >= this.#faultAt) return this.#sendUpToFault(choice, from);
    const isLast = this.#stage[index] === 1;
    if (from === to && !isLast) return;
    this.#sent[index] = to;
    this.#sentTotal += to - from;
    const opening = from === 0 ? this.#frames.opening(choice) : '';
    if (isLast) this.#stage[index] = 2;
    const chunk = isLast
      ? this.#frames.last(choice, from, to)
      : this.#frames.content(choice, from, to);
    this.#writer.write(opening + chunk);
  }

  /** Sends what comes before the moment of a fault, then lets it strike. */
  #sendUpToFault(choice: Choice, from: number): void {
    const to = from + this.#faultAt - this.#sentTotal;
    if (to > from) {
      const opening = from === 0 ? this.#frames.opening(choice) : '';
      this.#sent[choice.index] = to;
      this.#sentTotal = this.#faultAt;
      this.#writer.write(opening + this.#frames.content(choice, from, to));
    }
    this.#strike();
    if (!this.#isOver && !this.#isStalled) this.#send(choice);
  }

  #close(): void {
    this.#strikeLate(AT_FINISH);
    if (this.#isOver || this.#isStalled) return;
    if (this.#faultAt === AT_DONE && !this.#isClosed) {
      this.#isClosed = true;
      this.#writer.write(this.#frames.closing());
      this.#strikeLate(AT_DONE);
    }
    if (this.#isOver || this.#isStalled) return;
    this.#isOver = true;
    this.#writer.end(this.#isClosed ? '' : this.#frames.closing());
  }

  #strikeLate(moment: number): void {
    if (!this.#isOver && this.#faultAt === moment) this.#strike();
  }

  #strike(): void {
    const fault = this.#parts.faults[this.#nextFault];
    this.#nextFault += 1;
    this.#faultAt = this.#parts.faults[this.#nextFault]?.at ?? Infinity;
    if (fault !== undefined) this.#apply(fault);
  }

  #apply(fault: StreamFault): void {
    switch (fault.kind) {
      case 'stall':
        return this.#stall(fault.ms);
      case 'abort':
        // On a later turn: the engine may be in the middle of telling this very token.
        return this.#parts.after(0, () => this.#generation.abort());
      case 'comment':
        return this.#writer.write(COMMENT);
      case 'garbage':
        this.#writer.open();
        return this.#writer.writeRaw(GARBAGE);
      case 'die':
        this.#writer.open();
        return this.#break(() => this.#writer.kill(fault.how));
      case 'clean-end':
        return this.#break(() => this.#writer.end(''));
      case 'error-event': {
        const data = this.#parts.errorEvent(fault.message, fault.code);
        return this.#break(() => this.#writer.end(`data: ${data}\n\ndata: [DONE]\n\n`));
      }
    }
  }

  #stall(ms: number | undefined): void {
    this.#isStalled = true;
    if (ms === undefined) return;
    this.#parts.after(ms, () => {
      this.#isStalled = false;
      this.#sendAll();
    });
  }

  /** Ends the stream here; the rest of the generation is dropped. */
  #break(end: () => void): void {
    this.#isOver = true;
    end();
    this.#parts.after(0, () => this.#generation.drop());
  }
}
