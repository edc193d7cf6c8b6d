import { postJson } from './raw.ts';

/** What became of one request of the traffic. */
export interface Served {
  readonly tookMs: number;
  readonly status: number;
  /** Id of the replica that answered, where one did. */
  readonly replica: string | undefined;
  /** The connection was not broken under it. */
  readonly isWhole: boolean;
}

/** Who is asked, and for which model: a house, or a part of one. */
export interface Asked {
  readonly gateway: { readonly url: string };
  readonly replica: { readonly model: string };
}

/** How the traffic asks. */
export interface TrafficOptions {
  /** Each asks again as soon as it is answered. */
  readonly clients: number;
  readonly body?: object;
}

/** Clients that ask one request after another, until they are stopped. */
export class Traffic {
  readonly served: Served[] = [];
  readonly #house: Asked;
  readonly #body: object;
  readonly #clients: Promise<void>[];
  #isOver = false;

  constructor(house: Asked, { clients, body = {} }: TrafficOptions) {
    this.#house = house;
    this.#body = { model: house.replica.model, prompt: 'a', max_tokens: 30, ...body };
    this.#clients = Array.from({ length: clients }, () => this.#ask());
  }

  /** Statuses that were answered, each once. */
  get statuses(): readonly number[] {
    return [...new Set(this.served.map(({ status }) => status))];
  }

  get longestMs(): number {
    return Math.max(...this.served.map(({ tookMs }) => tookMs));
  }

  /** Resolves when the last one is answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #ask(): Promise<void> {
    const url = `${this.#house.gateway.url}/v1/completions`;
    while (!this.#isOver) {
      const sentMs = performance.now();
      const answer = await postJson(url, this.#body, { 'x-gateway-replica': 'yes' });
      const isWhole = await answer.text().then(
        () => true,
        () => false,
      );
      const replica = answer.headers.get('x-gateway-replica') ?? undefined;
      const { status } = answer;
      this.served.push({ tookMs: performance.now() - sentMs, status, replica, isWhole });
    }
  }
}
