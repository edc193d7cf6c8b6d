import type { Dispatcher } from 'undici';
import { Pool } from 'undici';

import { rightAnswer } from '../../support/live/answers.ts';
import { model } from './process-fleet.ts';

/** What a client asks for. */
export interface Asked {
  readonly prompt: string;
  readonly tokens: number;
  /** More members of the body, and more that an engine may read. */
  readonly more?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told each time between two events. */
  readonly onGap?: (gapMs: number) => void;
}

/** What became of a stream, by the client's bytes alone. */
export interface Streamed {
  /** 0 where no answer came. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
  readonly events: number;
  /** It ended as one that an SDK takes for an answer: in order and without an error event. */
  readonly endedWell: boolean;
  /** With its finish, and `[DONE]` behind it. */
  readonly isComplete: boolean;
  /** Code of the error event, or what the connection said. */
  readonly error: string | undefined;
  /** From the request to the first event; `undefined` without one. */
  readonly firstMs: number | undefined;
  /** Longest time between two events. */
  readonly longestGapMs: number;
  readonly tookMs: number;
}

/** Keep-alive connections as a client library holds them, as many as it takes. */
export function connect(url: string): Pool {
  return new Pool(url, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connections: null });
}

/** Asks for a stream and reads it to its end. Never rejects. */
export function stream(pool: Pool, asked: Asked): Promise<Streamed> {
  const { prompt, tokens, more, headers, signal, onGap } = asked;
  const body = JSON.stringify({
    model,
    prompt,
    max_tokens: tokens,
    ignore_eos: true,
    stream: true,
    ...more,
  });
  return new Promise((resolve) => {
    const reader = new StreamReader(resolve, onGap);
    pool.dispatch(
      {
        method: 'POST',
        path: '/v1/completions',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      },
      {
        onRequestStart: (controller) => {
          signal?.addEventListener('abort', () => controller.abort(new Error('left')), {
            once: true,
          });
        },
        onResponseStart: (_controller, status, headers) => reader.head(status, headers),
        onResponseData: (_controller, chunk) => reader.data(chunk),
        onResponseEnd: () => reader.end(undefined),
        onResponseError: (_controller, error) => reader.end(error.message),
      },
    );
  });
}

/** Whether all of the right answer came. */
export function isWhole(streamed: Streamed, { prompt, tokens }: Asked): boolean {
  const { endedWell, isComplete, text } = streamed;
  return endedWell && isComplete && text === rightAnswer(prompt, tokens);
}

/** Whether an SDK would take for an answer what is none. */
export function isSilentlyWrong(streamed: Streamed, asked: Asked): boolean {
  return streamed.endedWell && !isWhole(streamed, asked);
}

/** Whether what came is wrong where it stands: a word lost, doubled or in another's place. */
export function isGarbled({ text }: Streamed, { prompt, tokens }: Asked): boolean {
  return !rightAnswer(prompt, tokens).startsWith(text);
}

interface Event {
  readonly error?: { readonly code?: string };
  readonly choices?: readonly { readonly text?: string; readonly finish_reason?: string | null }[];
}

class StreamReader {
  readonly #resolve: (streamed: Streamed) => void;
  readonly #onGap: ((gapMs: number) => void) | undefined;
  readonly #sentMs = performance.now();
  #status = 0;
  #retryAfter: string | undefined;
  #rest = '';
  #text = '';
  #events = 0;
  #finish: string | undefined;
  #isDone = false;
  #error: string | undefined;
  #firstMs: number | undefined;
  #lastMs = 0;
  #longestGapMs = 0;

  constructor(resolve: (streamed: Streamed) => void, onGap: ((gapMs: number) => void) | undefined) {
    this.#resolve = resolve;
    this.#onGap = onGap;
  }

  head(status: number, headers: Dispatcher.ResponseData['headers']): void {
    this.#status = status;
    const retryAfter = headers['retry-after'];
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : undefined;
  }

  data(chunk: Buffer): void {
    if (this.#status !== 200) return;
    const nowMs = performance.now();
    const lines = (this.#rest + chunk.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) this.#event(line.slice(6), nowMs);
  }

  end(failure: string | undefined): void {
    this.#error ??= failure;
    this.#resolve({
      status: this.#status,
      retryAfter: this.#retryAfter,
      text: this.#text,
      events: this.#events,
      endedWell: this.#status === 200 && this.#error === undefined,
      isComplete: this.#isDone && this.#finish !== undefined,
      error: this.#error,
      firstMs: this.#firstMs,
      longestGapMs: this.#longestGapMs,
      tookMs: performance.now() - this.#sentMs,
    });
  }

  #event(payload: string, nowMs: number): void {
    if (payload === '[DONE]') {
      this.#isDone = true;
      return;
    }
    const event = JSON.parse(payload) as Event;
    if (event.error !== undefined) {
      this.#error = event.error.code ?? 'error';
      return;
    }
    const [choice] = event.choices ?? [];
    this.#text += choice?.text ?? '';
    this.#finish = choice?.finish_reason ?? this.#finish;
    this.#events += 1;
    if (this.#firstMs === undefined) this.#firstMs = nowMs - this.#sentMs;
    else {
      this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastMs);
      this.#onGap?.(nowMs - this.#lastMs);
    }
    this.#lastMs = nowMs;
  }
}
