import { STATUS_CODES } from 'node:http';
import type { CancelTimer, Clock } from '../clock.ts';
import type {
  HttpAnswerSink,
  HttpAsk,
  HttpExchange,
  ReceivedHeaders,
} from '../wire/http-client.ts';
import { AnswerError, AnswerReader } from './answer-reader.ts';
import { AnswerTimer } from './answer-timer.ts';
import { ConcurrencyGate } from './concurrency-gate.ts';
import type { PromptMaker } from './prompt.ts';
import type { RequestResult } from './request-result.ts';
import type { RuleSet, Workload, WorkloadRequest } from './workload.ts';
import { simulatedBy } from './simulation.ts';
import type { WireFormat } from './wire-formats/wire-format.ts';

/** Sends HTTP requests; `HttpClient` is one. */
export interface Sender {
  send(ask: HttpAsk, sink: HttpAnswerSink): HttpExchange;
}

/** How a workload is sent over sockets. */
export interface LoadOptions {
  readonly workload: Workload;
  readonly rules: RuleSet;
  readonly format: WireFormat;
  readonly model: string;
  readonly prompts: PromptMaker;
  readonly headers: Readonly<Record<string, string>>;
  /** Members laid over each body, winning. */
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly ignoreEndOfSequence: boolean;
  readonly asksUsage: boolean;
  readonly keepsText: boolean;
  readonly maxConcurrency: number | undefined;
  /** Milliseconds of the run in one wall millisecond: arrivals and reported times are scaled by it. */
  readonly speed: number;
}

/** How far a run has come. */
export interface LoadProgress {
  readonly sent: number;
  readonly running: number;
  readonly finished: number;
  readonly failed: number;
  readonly outputTokens: number;
  /** Time since the first send, at speed 1. */
  readonly elapsedMs: number;
  /** Milliseconds of the run in one wall millisecond. */
  readonly speed: number;
}

/** What the load generator does its work with. */
export interface LoadParts {
  readonly sender: Sender;
  readonly clock: Clock;
}

/** Sends one workload and times what comes back, by the client clocks of the reference. */
export class LoadGenerator {
  readonly #options: LoadOptions;
  readonly #parts: LoadParts;
  readonly #gate: ConcurrencyGate;
  readonly #open: Set<OpenAnswer> = new Set();
  readonly #results: RequestResult[] = [];
  readonly #bodies: Map<number, Buffer> = new Map();
  readonly #simulators: Set<string> = new Set();
  #startedMs = 0;
  #endedMs = 0;
  #sent = 0;
  #failed = 0;
  #tokensDone = 0;
  #cancelArrival: CancelTimer = () => undefined;
  #resolve: () => void = () => undefined;

  constructor(options: LoadOptions, parts: LoadParts) {
    this.#options = options;
    this.#parts = parts;
    this.#gate = new ConcurrencyGate(options.maxConcurrency);
  }

  /** Runs the whole workload; resolves when the last answer has ended, or at `stop`. */
  async run(): Promise<void> {
    const { requests } = this.#options.workload;
    // What is sent in the first instant must be ready, or making it would hold up what comes back.
    for (const request of requests) {
      if (request.arrivalMs === 0) this.#bodies.set(request.index, this.#body(request));
    }
    const ended = new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
    this.#startedMs = this.#parts.clock.nowMs();
    if (requests.length === 0) this.#resolve();
    this.#sendDue(0);
    await ended;
  }

  /** Cuts the run short: open requests are abandoned and have no result. */
  stop(): void {
    this.#cancelArrival();
    for (const answer of this.#open) answer.abandon();
    this.#open.clear();
    this.#endedMs = this.#nowMs();
    this.#resolve();
  }

  /** One result a request that has ended, in the order of the workload. */
  results(): readonly RequestResult[] {
    return this.#results.toSorted((one, other) => one.index - other.index);
  }

  /** Presets of the simulated replicas that have answered, each once. */
  get simulators(): ReadonlySet<string> {
    return this.#simulators;
  }

  /** From the first send to the last end so far, at speed 1. */
  get durationMs(): number {
    return this.#endedMs;
  }

  /** Counts as of this moment. */
  progress(): LoadProgress {
    let running = 0;
    let outputTokens = this.#tokensDone;
    for (const answer of this.#open) {
      if (answer.hasBegun) running += 1;
      outputTokens += answer.words;
    }
    return {
      sent: this.#sent,
      running,
      finished: this.#results.length,
      failed: this.#failed,
      outputTokens,
      elapsedMs: this.#nowMs(),
      speed: this.#options.speed,
    };
  }

  /** Sends what is due, from the request at `next` on, and comes back for the rest. */
  #sendDue(next: number): void {
    const { requests } = this.#options.workload;
    const nowMs = this.#nowMs();
    let index = next;
    for (let request = requests[index]; request !== undefined; request = requests[index]) {
      if (request.arrivalMs > nowMs) {
        const delayMs = (request.arrivalMs - nowMs) / this.#options.speed;
        this.#cancelArrival = this.#parts.clock.after(delayMs, () => this.#sendDue(index));
        return;
      }
      const due = request;
      this.#gate.enter(() => this.#send(due));
      index += 1;
    }
  }

  #send(request: WorkloadRequest): void {
    const { format, headers, rules, keepsText } = this.#options;
    const body = this.#bodies.get(request.index) ?? this.#body(request);
    this.#bodies.delete(request.index);
    const timer = new AnswerTimer(request, this.#nowMs());
    const answer = new OpenAnswer(timer, {
      reader: new AnswerReader(timer, { format, keepsText }),
      rules,
      nowMs: () => this.#nowMs(),
      heard: (headers) => this.#hear(headers),
      ended: (result) => this.#end(answer, result),
    });
    this.#open.add(answer);
    this.#sent += 1;
    answer.exchange = this.#parts.sender.send(
      { method: 'POST', path: format.path, headers, body },
      answer,
    );
  }

  #hear(headers: ReceivedHeaders): void {
    const preset = simulatedBy(headers);
    if (preset !== undefined) this.#simulators.add(preset);
  }

  #end(answer: OpenAnswer, result: RequestResult): void {
    this.#open.delete(answer);
    this.#results.push(result);
    this.#tokensDone += answer.words;
    if (!result.succeeded) this.#failed += 1;
    this.#endedMs = this.#nowMs();
    this.#gate.leave();
    if (this.#results.length === this.#options.workload.requests.length) this.#resolve();
  }

  #body(request: WorkloadRequest): Buffer {
    const { format, prompts, model, ignoreEndOfSequence, asksUsage, extraBody } = this.#options;
    const asked = format.body({
      model,
      prompt: prompts.make(request.prompt, request.promptTokens),
      outputTokens: request.outputTokens,
      ignoreEndOfSequence,
      usage: asksUsage,
    });
    return Buffer.from(JSON.stringify({ ...asked, ...extraBody }));
  }

  #nowMs(): number {
    return (this.#parts.clock.nowMs() - this.#startedMs) * this.#options.speed;
  }
}

interface OpenAnswerParts {
  readonly reader: AnswerReader;
  readonly rules: RuleSet;
  readonly nowMs: () => number;
  readonly heard: (headers: ReceivedHeaders) => void;
  readonly ended: (result: RequestResult) => void;
}

/** One request under way: hears what the connection brings and tells its result once. */
class OpenAnswer implements HttpAnswerSink {
  readonly #timer: AnswerTimer;
  readonly #parts: OpenAnswerParts;
  #status = 0;
  #replica: string | undefined;
  #requestId: string | undefined;
  #isDone = false;
  exchange: HttpExchange | undefined;

  constructor(timer: AnswerTimer, parts: OpenAnswerParts) {
    this.#timer = timer;
    this.#parts = parts;
  }

  /** True once text has come. */
  get hasBegun(): boolean {
    return this.words > 0;
  }

  get words(): number {
    return this.#parts.reader.words;
  }

  head(status: number, headers: ReceivedHeaders): void {
    this.#status = status;
    this.#parts.heard(headers);
    this.#replica = textOf(headers['x-gateway-replica']);
    this.#requestId = textOf(headers['x-request-id']);
  }

  data(chunk: Buffer): void {
    if (this.#isDone || this.#status !== SUCCESS) return;
    this.#guarded(() => this.#parts.reader.read(chunk, this.#parts.nowMs()));
  }

  end(): void {
    if (this.#isDone) return;
    if (this.#status !== SUCCESS) {
      this.#fail(STATUS_CODES[this.#status] ?? String(this.#status));
      return;
    }
    const { reader, rules, nowMs } = this.#parts;
    const atMs = nowMs();
    this.#guarded(() => {
      reader.end(atMs);
      this.#isDone = true;
      const { words, usage, text } = reader;
      const end = { atMs: reader.lastLineMs ?? atMs, words, usage, text, replica: this.#replica };
      this.#tell(this.#timer.succeeded(end, rules));
    });
  }

  failed(error: Error): void {
    if (!this.#isDone) this.#fail(error.message);
  }

  /** Gives the request up without a result. */
  abandon(): void {
    this.#isDone = true;
    this.exchange?.abort();
  }

  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.#fail(error.message);
      this.exchange?.abort();
    }
  }

  #fail(error: string): void {
    this.#isDone = true;
    this.#tell(this.#timer.failed(error));
  }

  #tell(result: RequestResult): void {
    this.#parts.ended({ ...result, requestId: this.#requestId });
  }
}

const SUCCESS = 200;

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
