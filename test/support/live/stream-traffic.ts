/** Who asks, and how often at once. */
export interface Client {
  /** API key; none where the gateway has none. */
  readonly key?: string;
  readonly streams: number;
  readonly promptWords: number;
  readonly maxTokens: number;
  readonly priority?: number;
}

/** Streams that go on until they are stopped: each client begins another one as soon as one has ended. */
export class StreamTraffic implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(url: string, model: string, clients: readonly Client[]) {
    for (const client of clients) {
      for (let stream = 0; stream < client.streams; stream += 1) {
        this.#running.push(this.#keepAsking(url, model, client, stream));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  async #keepAsking(url: string, model: string, client: Client, stream: number): Promise<void> {
    for (let turn = 0; !this.#abort.signal.aborted; turn += 1) {
      try {
        await this.#ask(url, model, client, `${stream} ${turn}`);
      } catch {
        // A gateway that is restarted, or the end of the traffic.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  async #ask(url: string, model: string, client: Client, salt: string): Promise<void> {
    const { key, promptWords, maxTokens, priority } = client;
    const answer = await fetch(`${url}/v1/completions`, {
      method: 'POST',
      signal: this.#abort.signal,
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(priority === undefined ? {} : { 'x-gateway-priority': String(priority) }),
      },
      body: JSON.stringify({
        model,
        prompt: `${salt}${' word'.repeat(promptWords)}`,
        max_tokens: maxTokens,
        ignore_eos: true,
        stream: true,
      }),
    });
    for await (const _chunk of answer.body ?? []) if (this.#abort.signal.aborted) return;
  }
}
