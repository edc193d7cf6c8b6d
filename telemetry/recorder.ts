import type { Random, TraceContext, TraceHeaders } from './trace-context.ts';
import { newSpanId, soundTrace, traceparentOf } from './trace-context.ts';
import { TokenTimer } from './token-timer.ts';
import type { TokenTiming } from './token-timer.ts';

/** How a token count is known: told by the engine, counted here, or guessed from bytes. */
export type TokenSource = 'usage' | 'counted' | 'estimated';

/** What is known of a request when it arrives, the client's trace headers included. */
export interface Arrival extends TraceHeaders {
  readonly requestId: string;
  /** Monotonic milliseconds, read once when the request came in. */
  readonly receivedMs: number;
  /** HTTP method, upper case. */
  readonly method: string;
  /** Path of the route, such as `/v1/chat/completions`; never what a client made up. */
  readonly route: string;
  /** `gen_ai.operation.name`: `chat`, `text_completion`, `embeddings`, or what the route is called. */
  readonly operation: string;
}

/** Where one attempt goes. */
export interface Destination {
  readonly replica: string;
  /** Base URL of the replica. */
  readonly address: string;
  /** Engine name, such as `vllm`. */
  readonly engine: string;
  /** NUMA node that the replica is pinned to, where it is known. */
  readonly numaNode?: number | undefined;
  readonly startMs: number;
}

/** One try of a request on one replica. */
export class Attempt {
  readonly replica: string;
  readonly address: string;
  readonly engine: string;
  readonly numaNode: number | undefined;
  readonly startMs: number;
  /** Output tokens that attempts before it brought. */
  readonly tokensBefore: number;
  /** `traceparent` header for the engine; `undefined` where there is no trace to go on with. */
  readonly traceparent: string | undefined;
  /** `tracestate` header for the engine, where there is one. */
  readonly tracestate: string | undefined;
  /** The attempt's own span id, 16 hex digits; `undefined` outside a trace. */
  readonly spanId: string | undefined;
  #endMs: number | undefined;
  #errorCode: string | undefined;

  constructor(
    destination: Destination,
    headers: TraceHeaders,
    { tokensBefore = 0, spanId }: { readonly tokensBefore?: number; readonly spanId?: string } = {},
  ) {
    this.replica = destination.replica;
    this.address = destination.address;
    this.engine = destination.engine;
    this.numaNode = destination.numaNode;
    this.startMs = destination.startMs;
    this.tokensBefore = tokensBefore;
    this.traceparent = headers.traceparent;
    this.tracestate = headers.tracestate;
    this.spanId = spanId;
  }

  /** When it ended; `undefined` while it runs. */
  get endMs(): number | undefined {
    return this.#endMs;
  }

  /** Code of the failure that ended it; `undefined` for an answer. */
  get errorCode(): string | undefined {
    return this.#errorCode;
  }

  /** Ends the attempt. Only the first call counts. */
  end(atMs: number, errorCode?: string): void {
    if (this.#endMs !== undefined) return;
    this.#endMs = atMs;
    this.#errorCode = errorCode;
  }
}

/** What a policy that does not act would have done; costs in seconds, 0 or more. */
export interface ShadowReading {
  readonly actingPolicy: string;
  readonly shadowPolicy: string;
  readonly agrees: boolean;
  /** What both picks cost, by the costs of each policy that has any. */
  readonly costs: readonly {
    readonly judge: string;
    readonly actingSeconds: number;
    readonly shadowSeconds: number;
  }[];
}

/** One decision on where the request goes. */
export interface RouteSummary {
  /** `undefined` where no replica was looked for. */
  readonly policy: string | undefined;
  /** The replica that was picked, if one was. */
  readonly replica: string | undefined;
  /** Replicas that it was picked from. */
  readonly candidates: number;
  /** Why, in one line of at most 2,000 bytes; put into words when it is read. */
  readonly reason: string;
  /** What the pick cost, term by term, as far as these are seconds; empty for a policy without costs. */
  readonly costs: readonly { readonly name: string; readonly seconds: number }[];
  readonly shadow: ShadowReading | undefined;
}

/** Takes a finished record. It is called once a record and must not keep it. */
export type RecordSink = (record: Recorder, endMs: number) => void;

/**
 * What happened to one request. The phases fill in what they learn, the last one calls `end`.
 * It holds figures and names, never a word of a prompt or an answer.
 */
export class Recorder {
  readonly arrival: Arrival;
  readonly timer: TokenTimer;
  /** The server span's place in its trace; `undefined` outside a trace. */
  readonly trace: TraceContext | undefined;
  /** Tries on replicas, first one first. */
  attempts: readonly Attempt[] = [];
  /** Decisions on where it goes, first one first; a retry is a further one. */
  routes: RouteSummary[] = [];

  tenant: string | undefined;
  /** Client-facing dialect, such as `openai-chat`. */
  dialect: string | undefined;
  /** Model as the client named it. */
  model: string | undefined;
  streamed = false;
  /** When its body had come; `undefined` for what was refused before. */
  bodyAtMs: number | undefined;
  /** When it first asked for a place; `undefined` for what was refused before. */
  askedAtMs: number | undefined;
  /** Time from admission to a place; `undefined` for what never waited. */
  queueWaitMs: number | undefined;
  /** Prompt tokens that routing reckoned with. */
  promptTokensEstimate: number | undefined;
  /** Output tokens that routing reckoned with, before the answer began. */
  outputTokensEstimate: number | undefined;
  promptTokens: number | undefined;
  promptTokensSource: TokenSource | undefined;
  /** Prompt tokens that the engine found in its cache, where it tells. */
  cachedTokens: number | undefined;
  /** Output tokens as the engine told; `undefined` leaves it to the timer's count. */
  outputTokens: number | undefined;
  finishReason: string | undefined;
  /** Code of the failure that the client met; `undefined` for an answer. */
  errorCode: string | undefined;
  /** What went wrong below an engine's failure: code and message of the lowest error, in a line. */
  errorCause: string | undefined;
  /** What in particular refused it: the filter of `no_replica`, the verdict's reason of `saturated`, the limit of `rate_limited`. */
  refusal: string | undefined;
  /** HTTP status sent, or 499 for a client that left before there was one. */
  status = 0;
  requestBytes = 0;
  responseBytes = 0;
  /** Times that its answer broke and went on at another replica. */
  resumes = 0;
  /** It was not tried again, since all together had been too often. */
  retryDenied = false;
  /** Times the engine was paused because the client read slowly. */
  pauses = 0;

  readonly #sink: RecordSink;
  readonly #random: Random;
  #ended = false;

  constructor(arrival: Arrival, trace: TraceContext | undefined, sink: RecordSink, random: Random) {
    this.arrival = arrival;
    this.trace = trace;
    this.timer = new TokenTimer(arrival.receivedMs);
    this.#sink = sink;
    this.#random = random;
  }

  /** Opens the next attempt; its trace headers go to the engine. */
  attempt(destination: Destination): Attempt {
    const attempt = this.#attempt(destination);
    // Nearly always the only one: an array that is pushed to has room for 17, through the whole answer.
    this.attempts = [...this.attempts, attempt];
    return attempt;
  }

  /** Takes the engine's own counts, which outrank any other. */
  usage(tokens: {
    readonly prompt: number;
    readonly output: number;
    readonly cached?: number | undefined;
  }): void {
    this.promptTokens = tokens.prompt;
    this.promptTokensSource = 'usage';
    this.outputTokens = tokens.output;
    this.cachedTokens = tokens.cached;
  }

  /** How `timing().outputTokens` is known. */
  get outputTokensSource(): TokenSource {
    return this.outputTokens === undefined ? 'counted' : 'usage';
  }

  /** Figures of the answer, by the engine's count of tokens where it told one. */
  timing(): TokenTiming {
    return this.timer.timing(this.outputTokens);
  }

  /** The attempt that counts: the last one made. */
  get lastAttempt(): Attempt | undefined {
    return this.attempts.at(-1);
  }

  /** The decision that counts: the last one made. */
  get route(): RouteSummary | undefined {
    return this.routes.at(-1);
  }

  /** Closes the record and hands it on. Only the first call counts, and it never throws. */
  end(atMs: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.lastAttempt?.end(atMs, this.errorCode);
    this.#sink(this, atMs);
  }

  #attempt(destination: Destination): Attempt {
    const { trace, arrival } = this;
    const tokensBefore = this.timer.tokens;
    // A gateway that does not trace is no reason to break the caller's trace.
    if (trace === undefined) return new Attempt(destination, soundTrace(arrival), { tokensBefore });
    const spanId = newSpanId(this.#random);
    const traceparent = traceparentOf(trace, spanId);
    const headers = { traceparent, tracestate: trace.tracestate };
    return new Attempt(destination, headers, { tokensBefore, spanId });
  }
}
