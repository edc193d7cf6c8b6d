import type { EngineAsk } from '../../../gateway/engines/engine.ts';
import type { HttpAnswerSink, HttpExchange } from '../../../gateway/wire/http-client.ts';
import { streamHeaders, socketError } from '../fake-engine.ts';
import { doneEvent, errorEvent, event } from '../streams.ts';
import type { CallFault } from './call-faults.ts';
import { idsOf, saying, wordOf } from './language.ts';

/** What the engine behind a call decides. */
export interface CallHost {
  /** Runs `task` after so long of the engine's own time: slower where it is slow, later where it stands still. */
  later(delayMs: number, task: () => void): void;
  /** Bytes come in pieces of any size: 0 up to 1. */
  readonly chance: () => number;
  /** The engine works no more on this call. */
  over(call: ScriptedCall): void;
}

interface AskedBody {
  readonly prompt: string | readonly number[];
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

const PREFILL_MS_A_TOKEN = 0.5;
const STEP_MS = 20;

/** One request at a scripted engine, as vLLM answers completions. Like the real client it is silent after `abort`. */
export class ScriptedCall implements HttpExchange {
  readonly requestId: string;
  readonly #ask: EngineAsk;
  readonly #sink: HttpAnswerSink;
  readonly #host: CallHost;
  readonly #fault: CallFault | undefined;
  readonly #body: AskedBody;
  readonly #prompt: readonly number[];
  #isPaused = false;
  #held: (() => void)[] = [];
  #isOver = false;
  #sent = 0;

  constructor(
    ask: EngineAsk,
    sink: HttpAnswerSink,
    { host, fault }: { readonly host: CallHost; readonly fault: CallFault | undefined },
  ) {
    this.requestId = ask.requestId;
    this.#ask = ask;
    this.#sink = sink;
    this.#host = host;
    this.#fault = fault;
    this.#body = JSON.parse(ask.request.body.toString()) as AskedBody;
    const { prompt } = this.#body;
    this.#prompt = typeof prompt === 'string' ? idsOf(prompt) : prompt;
  }

  /** Whether the engine still works on it. */
  get isOpen(): boolean {
    return !this.#isOver;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const task of this.#held.splice(0)) this.#deliver(task);
  }

  abort(): void {
    this.#end();
  }

  /** The connection breaks, whatever it was doing. */
  fail(code: string): void {
    this.#last(() => this.#sink.failed(socketError(code)));
  }

  /** Answers with an error of the engine. */
  refuse(status: number, headers: Readonly<Record<string, string>> = {}): void {
    const body = JSON.stringify({ error: { message: 'No.', type: 'error', code: status } });
    this.#deliver(() => {
      this.#sink.head(status, {
        'content-type': 'application/json',
        'content-length': String(body.length),
        ...headers,
      });
      this.#sink.data(Buffer.from(body));
    });
    this.#last(() => this.#sink.end());
  }

  /** Begins to work. */
  begin(): void {
    const fault = this.#fault;
    if (fault?.kind === 'one-500') return this.refuse(500);
    if (fault?.kind === 'refused-400') return this.refuse(400);
    if (fault?.kind === 'reset-before-head') return this.fail('ECONNRESET');
    const prefillMs = 2 + this.#prompt.length * PREFILL_MS_A_TOKEN;
    if (this.#body.stream !== true) return this.#answerWhole(prefillMs);
    this.#host.later(prefillMs, () => this.#stream());
  }

  #answerWhole(prefillMs: number): void {
    const { ids, finish } = saying(this.#prompt, this.#body.max_tokens);
    this.#host.later(prefillMs + ids.length * STEP_MS, () => {
      if (this.#fault !== undefined && this.#fault.kind !== 'pause') return this.fail('ECONNRESET');
      const body = JSON.stringify({
        id: 'cmpl-1',
        choices: [{ index: 0, text: ids.map(wordOf).join(''), finish_reason: finish }],
        usage: this.#usage(ids.length),
      });
      this.#deliver(() => {
        this.#sink.head(200, {
          'content-type': 'application/json',
          'content-length': String(body.length),
        });
        this.#sink.data(Buffer.from(body));
      });
      this.#last(() => this.#sink.end());
    });
  }

  #stream(): void {
    this.#deliver(() => this.#sink.head(200, streamHeaders));
    if (this.#fault?.kind === 'reset-after-head') return this.fail('ECONNRESET');
    if (this.#fault?.kind === 'error-event-first') {
      this.#data(errorEvent());
      return this.#last(() => this.#sink.end());
    }
    this.#next();
  }

  #next(): void {
    if (this.#isOver || this.#meetsFault()) return;
    const { ids, finish } = saying(this.#prompt, this.#body.max_tokens);
    const id = ids[this.#sent];
    if (id === undefined) return this.#finish(finish);
    const isFirst = this.#sent === 0;
    this.#sent += 1;
    const isLast = this.#sent === ids.length;
    this.#data(this.#event(wordOf(id), isLast ? finish : null, { id, isFirst }));
    if (isLast) this.#finish(finish);
    else this.#host.later(STEP_MS, () => this.#next());
  }

  /** Whether the fault of this call comes now, in place of a token. */
  #meetsFault(): boolean {
    const fault = this.#fault;
    if (fault === undefined || !('tokens' in fault) || fault.tokens !== this.#sent) return false;
    switch (fault.kind) {
      case 'cut':
        this.fail('ECONNRESET');
        return true;
      case 'end-without-finish':
        this.#last(() => this.#sink.end());
        return true;
      case 'abort-then-done':
        this.#data(this.#event('', 'abort'), doneEvent);
        this.#last(() => this.#sink.end());
        return true;
      case 'error-event-then-done':
        this.#data(errorEvent(500, 'EngineCore died.'), doneEvent);
        this.#last(() => this.#sink.end());
        return true;
      case 'garbage':
        this.#data('data: {"id":"cmpl-1","choi');
        this.fail('ECONNRESET');
        return true;
      case 'pause': {
        if (this.#pauseTaken) return false;
        this.#pauseTaken = true;
        this.#host.later(fault.ms, () => this.#next());
        return true;
      }
    }
  }

  #pauseTaken = false;

  #finish(reason: string): void {
    if (reason === 'stop' && this.#sent === 0) return;
    const usage = this.#body.stream_options?.include_usage === true;
    if (usage) this.#data(event({ id: 'cmpl-1', choices: [], usage: this.#usage(this.#sent) }));
    if (this.#fault?.kind === 'reset-after-finish') return this.fail('ECONNRESET');
    if (this.#fault?.kind !== 'no-done') this.#data(doneEvent);
    this.#last(() => this.#sink.end());
  }

  #event(
    text: string,
    finishReason: string | null,
    token?: { readonly id: number; readonly isFirst: boolean },
  ): string {
    const ids =
      this.#ask.asksForTokenIds && token !== undefined
        ? {
            prompt_token_ids: token.isFirst ? this.#prompt : null,
            token_ids: [token.id],
          }
        : {};
    const choice = { index: 0, text, logprobs: null, finish_reason: finishReason, ...ids };
    return event({ id: 'cmpl-1', object: 'text_completion', created: 1, choices: [choice] });
  }

  #usage(outputTokens: number): object {
    const promptTokens = this.#prompt.length;
    return {
      prompt_tokens: promptTokens,
      completion_tokens: outputTokens,
      total_tokens: promptTokens + outputTokens,
    };
  }

  /** Sends text in pieces that end anywhere. */
  #data(...texts: readonly string[]): void {
    const bytes = Buffer.from(texts.join(''));
    const cut = Math.floor(this.#host.chance() * bytes.length);
    const pieces =
      this.#host.chance() < 0.3 ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
    for (const piece of pieces) {
      if (piece.length > 0) this.#deliver(() => this.#sink.data(Buffer.from(piece)));
    }
  }

  #deliver(task: () => void): void {
    if (this.#isOver) return;
    if (this.#isPaused) this.#held.push(task);
    else task();
  }

  #last(task: () => void): void {
    this.#deliver(() => {
      this.#end();
      task();
    });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#held = [];
    this.#host.over(this);
  }
}
