import type { SimulatedReplicaOptions } from '../../deploy/simulator/server.ts';
import { startSimulatedReplica } from '../../deploy/simulator/server.ts';
import { thePreset } from './simulator.ts';

/** So fast that a test waits for sockets, not for steps. */
const SPEED = 200;

/** What the admin port tells of the replica, as far as tests look at it. */
export interface ReplicaState {
  readonly openGenerations: number;
  readonly openRequests: number;
  readonly connections: number;
  readonly aborted: number;
  readonly lastAbortAtMs?: number;
  readonly restarts: number;
  readonly tokens: number;
  readonly generations: number;
  readonly requests: number;
  readonly load: Readonly<Record<string, number>>;
}

/** A whole answer. */
export interface TextAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A simulated replica on free ports, closed when the test is over. */
export class SimulatedServer implements AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, adminUrl: string, close: () => Promise<void>) {
    this.url = url;
    this.adminUrl = adminUrl;
    this.#close = close;
  }

  static async start(
    preset: string,
    options: Partial<SimulatedReplicaOptions> = {},
  ): Promise<SimulatedServer> {
    const replica = await startSimulatedReplica({
      preset: thePreset(preset),
      host: '127.0.0.1',
      port: 0,
      adminPort: 0,
      speed: SPEED,
      model: 'm',
      ...options,
    });
    return new SimulatedServer(replica.url, replica.adminUrl ?? '', replica.close);
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<TextAnswer> {
    return ask(this.url + path, { headers });
  }

  post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TextAnswer> {
    return ask(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Orders a fault; resolves when it stands. */
  async fault(rule: object): Promise<void> {
    const { status, text } = await ask(`${this.adminUrl}/faults`, {
      method: 'POST',
      body: JSON.stringify(rule),
    });
    if (status !== 201) throw new Error(text);
  }

  async clearFaults(): Promise<void> {
    await ask(`${this.adminUrl}/faults`, { method: 'DELETE' });
  }

  async state(): Promise<ReplicaState> {
    const { text } = await ask(`${this.adminUrl}/state`, {});
    return JSON.parse(text) as ReplicaState;
  }

  /** Asks for the state again and again until it is as wanted. */
  async stateThat(isWanted: (state: ReplicaState) => boolean): Promise<ReplicaState> {
    for (;;) {
      const state = await this.state();
      if (isWanted(state)) return state;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

async function ask(url: string, init: RequestInit): Promise<TextAnswer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
