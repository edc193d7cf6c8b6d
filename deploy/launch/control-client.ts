import { request } from 'node:http';

import type { LauncherState, WantedReplicas } from './launcher-state.ts';

/** A launcher that is not there, or does not do what is asked; the message says what to do. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError';
  /** Whether there is no launcher at all. */
  readonly isAbsent: boolean;

  constructor(message: string, isAbsent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isAbsent = isAbsent;
  }
}

/** A launcher answers within milliseconds; on a machine that loads models it may have to wait for a CPU. */
const ANSWER_MS_MAX = 10_000;

/** Asks the launcher at a socket. Each call resolves with its state, and rejects with a `LauncherError`. */
export class LauncherClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async state(): Promise<LauncherState> {
    return this.#ask('GET', '/state');
  }

  /** Has it run these replicas and no others. */
  async apply(wanted: WantedReplicas): Promise<LauncherState> {
    return this.#ask('PUT', '/replicas', JSON.stringify(wanted));
  }

  /** Has it stop a replica and start it again; resolves when that has begun. */
  async restart(id: string): Promise<LauncherState> {
    return this.#ask('POST', `/replicas/${encodeURIComponent(id)}/restart`);
  }

  /** Has it end its engines and itself; resolves when that has begun. */
  async stop(): Promise<LauncherState> {
    return this.#ask('POST', '/stop');
  }

  async #ask(method: string, path: string, body?: string): Promise<LauncherState> {
    const { status, text } = await this.#exchange(method, path, body);
    const answer = parsed(text);
    if (status === 200 && 'run' in answer) return answer;
    const reason = 'error' in answer ? answer.error : `it answered ${status}`;
    throw new LauncherError(`the launcher refuses: ${reason}`, false);
  }

  async #exchange(
    method: string,
    path: string,
    body: string | undefined,
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error & { readonly code?: string }): void => {
        const isAbsent = cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED';
        const what = isAbsent ? 'no launcher listens at' : 'the launcher does not answer at';
        reject(new LauncherError(`${what} ${this.#socket}`, isAbsent, { cause }));
      };
      const signal = AbortSignal.timeout(ANSWER_MS_MAX);
      const asked = request({ socketPath: this.#socket, method, path, signal }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('error', fail);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asked.on('error', fail);
      asked.end(body);
    });
  }
}

function parsed(text: string): LauncherState | { readonly error: string } {
  try {
    return JSON.parse(text) as LauncherState | { readonly error: string };
  } catch {
    return { error: 'what it answered is no JSON' };
  }
}
