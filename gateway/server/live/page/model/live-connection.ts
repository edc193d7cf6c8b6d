import { EventReader } from './event-reader.ts';
import type { LiveEvent } from './live-events.ts';

/** How the page stands with its gateway. */
export type ConnectionState = 'connecting' | 'live' | 'lost' | 'locked' | 'crowded';

/** What a connection needs of the world. */
export interface ConnectionParts {
  /** Asks for `/admin/live`. */
  readonly open: (signal: AbortSignal) => Promise<Response>;
  readonly onEvent: (event: LiveEvent) => void;
  readonly onState: (state: ConnectionState) => void;
  /** Runs `task` once after `delayMs`; the result cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
}

/** Waits before a connection is tried again: at once, then less and less often. */
const RETRY_MS: readonly number[] = [250, 500, 1_000, 2_000, 4_000];

/** Events come four times a second; without any for so long the connection is dead, whatever TCP thinks. */
const SILENCE_MS_MAX = 5_000;

/** Keeps the page connected: through restarts of the gateway, and until a key is given where one is needed. */
export class LiveConnection {
  readonly #parts: ConnectionParts;
  #attempt = 0;
  #cancelRetry: () => void = () => undefined;
  #cancelSilence: () => void = () => undefined;
  #abort: AbortController | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Connects, or connects anew. */
  start(): void {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    if (this.#attempt === 0) this.#parts.onState('connecting');
    this.#listen(abort).then(
      (state) => this.#ended(abort, state),
      () => this.#ended(abort, 'lost'),
    );
  }

  /** Breaks the connection off. */
  stop(): void {
    this.#cancelRetry();
    this.#cancelSilence();
    this.#abort?.abort();
    this.#abort = undefined;
  }

  async #listen(abort: AbortController): Promise<ConnectionState> {
    this.#watchSilence(abort);
    const response = await this.#parts.open(abort.signal);
    if (response.status === 401) return 'locked';
    if (response.status === 503) return 'crowded';
    if (!response.ok || response.body === null) return 'lost';
    const events = new EventReader();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'lost';
      this.#watchSilence(abort);
      for (const data of events.read(decoder.decode(value, { stream: true }))) this.#take(data);
    }
  }

  #take(data: string): void {
    const event = JSON.parse(data) as LiveEvent;
    if (this.#attempt > 0 || event.whole) this.#parts.onState('live');
    this.#attempt = 0;
    this.#parts.onEvent(event);
  }

  #watchSilence(abort: AbortController): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#parts.after(SILENCE_MS_MAX, () => abort.abort());
  }

  #ended(abort: AbortController, state: ConnectionState): void {
    if (this.#abort !== abort) return;
    this.#cancelSilence();
    this.#abort = undefined;
    this.#parts.onState(state);
    // Whoever gives the key starts it again.
    if (state === 'locked') return;
    const delayMs = RETRY_MS[Math.min(this.#attempt, RETRY_MS.length - 1)] ?? 0;
    this.#attempt += 1;
    this.#cancelRetry = this.#parts.after(delayMs, () => this.start());
  }
}
