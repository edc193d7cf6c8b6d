import type { AnswerEnd } from '../dialects/dialect.ts';
import { eventKinds } from '../dialects/dialect.ts';
import { dataStart, EVENT_BYTES_MAX, eventEnd, EventJoiner } from '../wire/sse.ts';
import type { AttemptEnd } from './attempt.ts';
import { errorMessageIn, errorStatusIn } from './engine-error.ts';
import { breakage, engineFailure, isBroken, recordEnd } from './relay.ts';
import type { Relay, RelayParts } from './relay.ts';
import { UsageTally } from './usage-tally.ts';

/**
 * Passes one streamed answer on, byte for byte, and reads only where its events end and what they
 * hold. Nothing reaches the client before the first event with output, so that until then another
 * replica can be asked. A whole answer has a finish for each choice, and its end is passed on only then.
 */
export class StreamRelay implements Relay {
  readonly #parts: RelayParts;
  readonly #joiner = new EventJoiner();
  /** Events before the first output: the role of a chat, comments. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** What is being read: events from `#unsent` to `#start` are read and not yet passed on. */
  #bytes: Buffer = EMPTY;
  #unsent = 0;
  #start = 0;
  #outputTokens = 0;
  /** Tokens of each choice, where the engine tells how many it has so far. */
  #choiceTokens: Map<number, number> | undefined;
  /** Counts of the answer's choices; made when the first are told. */
  #tally: UsageTally | undefined;
  #finishedChoices = 0;
  #isDone = false;
  #isOver = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    const atMs = this.#parts.clock.nowMs();
    const bytes = this.#joiner.join(chunk);
    this.#bytes = bytes;
    this.#unsent = 0;
    this.#start = 0;
    for (let end = eventEnd(bytes, 0); end !== -1; end = eventEnd(bytes, end)) {
      const event = bytes.toString('latin1', this.#start, end);
      const hadTokens = this.#outputTokens;
      const passes = this.#readEvent(event, atMs);
      const shown = passes ? this.#note(event, this.#outputTokens > hadTokens) : undefined;
      if (!passes || shown !== undefined) {
        this.#flush();
        if (shown !== undefined) this.#pass(Buffer.from(shown, 'latin1'));
        this.#unsent = end;
      }
      if (this.#isOver) return;
      this.#start = end;
    }
    this.#flush();
    // A small piece is part of a slab of 64 KiB, which a silent stream would keep whole.
    this.#bytes = EMPTY;
    if (!this.#joiner.hold(bytes, this.#start) || this.#heldBytes > EVENT_BYTES_MAX) {
      this.#fail(`sent more than ${EVENT_BYTES_MAX} bytes without an event`);
    }
  }

  end(): void {
    if (this.#isOver) return;
    if (!this.isWhole) return this.#fail('ended its stream before the answer was whole');
    const { exchange } = this.#parts;
    if (!this.#isDone) this.#send(Buffer.from(exchange.dialect.doneEvent));
    exchange.reply.finish();
    this.#over({ kind: 'complete' });
  }

  /** What breaks behind the end of a whole answer has not cut it. */
  failed(error: Error): void {
    if (this.isWhole) this.end();
    else if (!this.#isOver) this.#fail(`${breakage(error)} in the middle of its answer`, error);
  }

  /** Reads one event; false keeps it from the client. */
  #readEvent(event: string, atMs: number): boolean {
    // Nothing follows the end.
    if (this.#isDone) return false;
    const kinds = this.#parts.exchange.dialect.classify(event);
    if (kinds === 0) return true;
    if ((kinds & eventKinds.error) !== 0) return this.#readError(event);
    // The finish comes first: the output of an event that is not passed on does not count.
    if ((kinds & eventKinds.finish) !== 0 && !this.#readFinish(event)) return false;
    if ((kinds & eventKinds.output) !== 0) this.#countOutput(event, atMs);
    if ((kinds & (eventKinds.output | eventKinds.finish)) !== 0) return true;
    return (kinds & eventKinds.usage) !== 0 ? this.#readUsage(event) : this.#readDone();
  }

  /** Notes an event on its way; gives what to send in its place, if another text. */
  #note(event: string, hasOutput: boolean): string | undefined {
    const { notes } = this.#parts;
    const shown = notes?.take(event, this.#bytes, this.#start, hasOutput);
    // What has its finish has no rest.
    if (this.#finishedChoices > 0) notes?.close();
    return shown;
  }

  #countOutput(event: string, atMs: number): void {
    const { exchange, reservation } = this.#parts;
    const soFar = exchange.dialect.outputTokensSoFar(event);
    const tokens = soFar === undefined ? 1 : this.#newTokens(event, soFar);
    if (this.#outputTokens === 0) reservation.firstToken();
    this.#outputTokens += tokens;
    reservation.outputTokens += tokens;
    exchange.recorder.timer.output(atMs, tokens);
  }

  /** What an event brings its choice beyond what that had; something came in any case. */
  #newTokens(event: string, soFar: number): number {
    const { dialect, request } = this.#parts.exchange;
    const told = request.choices === 1 ? 0 : dialect.choiceOf(event);
    const choice = told < request.choices ? told : 0;
    const counted = (this.#choiceTokens ??= new Map<number, number>());
    const before = counted.get(choice) ?? 0;
    const tokens = Math.max(soFar - before, 1);
    counted.set(choice, before + tokens);
    return tokens;
  }

  #readFinish(event: string): boolean {
    const { exchange } = this.#parts;
    const end = exchange.dialect.readEnd(event);
    if (isBroken(end)) {
      this.#fail(`ended the answer with finish_reason '${end.finishReason}'`);
      return false;
    }
    // A reason that is too long to be read has ended a choice all the same.
    this.#finishedChoices += Math.max(end.finishedChoices, 1);
    this.#record(end);
    return true;
  }

  #readUsage(event: string): boolean {
    const { exchange, withholdsUsage } = this.#parts;
    this.#record(exchange.dialect.readEnd(event));
    return !withholdsUsage;
  }

  #record(end: AnswerEnd): void {
    const { exchange } = this.#parts;
    this.#tally ??= new UsageTally(exchange.request);
    recordEnd(exchange, end, this.#tally);
  }

  #readDone(): boolean {
    if (!this.isWhole) {
      this.#fail('ended its stream before every choice had finished');
      return false;
    }
    this.#isDone = true;
    return true;
  }

  /** An error object instead of an answer: as first event it is the engine's refusal, later a failure. */
  #readError(event: string): boolean {
    this.#flush();
    const body = Buffer.from(event.slice(dataStart(event)).trimEnd(), 'latin1');
    if (this.#parts.exchange.reply.started) {
      this.#fail(`reported an error: ${errorMessageIn(body)}`);
      return false;
    }
    const headers = { 'content-type': 'application/json' };
    this.#over({ kind: 'refused', refusal: { status: errorStatusIn(body), headers, body } });
    this.#parts.upstream.abort();
    return false;
  }

  get isWhole(): boolean {
    return this.#finishedChoices >= this.#parts.exchange.request.choices;
  }

  /** Passes on what has been read; one piece for all events that came together. */
  #flush(): void {
    const from = this.#unsent;
    if (from === this.#start) return;
    this.#unsent = this.#start;
    const whole = from === 0 && this.#start === this.#bytes.length;
    const passed = whole ? this.#bytes : this.#bytes.subarray(from, this.#start);
    this.#pass(passed);
  }

  #pass(bytes: Buffer): void {
    if (this.#outputTokens > 0 || this.#finishedChoices > 0) return this.#send(bytes);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  #send(bytes: Buffer): void {
    const { reply } = this.#parts.exchange;
    if (reply.started) return this.#write(bytes);
    reply.start(200, this.#parts.headers);
    this.#held.push(bytes);
    this.#write(Buffer.concat(this.#held));
    this.#held = [];
  }

  #write(bytes: Buffer): void {
    if (this.#parts.exchange.reply.write(bytes)) return;
    this.#parts.exchange.recorder.pauses += 1;
    this.#parts.reservation.isPaused = true;
    this.#parts.upstream.pause();
  }

  #fail(what: string, cause?: Error): void {
    this.#flush();
    this.#over({ kind: 'failed', error: engineFailure(this.#parts, what, cause) });
    this.#parts.upstream.abort();
  }

  #over(end: AttemptEnd): void {
    this.#isOver = true;
    this.#parts.ended(end);
  }
}

const EMPTY = Buffer.alloc(0);
