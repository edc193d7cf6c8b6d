import type { Preset } from '../../../deploy/simulator/presets.ts';
import { findPreset } from '../../../deploy/simulator/presets.ts';
import type { RunningReplica, SimulatedReplicaOptions } from '../../../deploy/simulator/server.ts';
import { startSimulatedReplica } from '../../../deploy/simulator/server.ts';
import { until } from './until.ts';

/** What most tests do not care about: current vLLM, a decode step every seventh of a millisecond. */
export const replicaDefaults = { preset: 'vllm-current-8xh100-tp8', speed: 100 };

/** One replica for each protocol that the simulator speaks. */
export const presetsOfProtocols: readonly string[] = [
  'sglang-0.2.14-8xh100-tp8',
  'vllm-0.5.5-8xh100-tp8',
  'sglang-current-8xh100-tp8',
  'vllm-current-8xh100-tp8',
];

/** How a replica of a test is to run. */
export interface LiveReplicaOptions extends Partial<
  Omit<SimulatedReplicaOptions, 'preset' | 'host' | 'adminPort'>
> {
  readonly preset?: string;
  /** In place of what the preset says. */
  readonly facts?: Partial<Preset>;
}

/** What `GET /state` tells, as far as tests read it. */
export interface ReplicaState {
  readonly openGenerations: number;
  readonly openRequests: number;
  readonly connections: number;
  readonly generations: number;
  readonly aborted: number;
  /** Wall milliseconds since 1970. */
  readonly lastAbortAtMs?: number;
  readonly restarts: number;
  readonly tokens: number;
  readonly load: {
    readonly runningRequests: number;
    readonly waitingRequests: number;
    readonly kvTokens: number;
  };
}

/** A request as a replica received it. */
export interface ReceivedRequest {
  /** Wall milliseconds since 1970. */
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A simulated replica over real sockets, with its faults in reach. */
export class LiveReplica implements AsyncDisposable {
  readonly preset: Preset;
  readonly #options: SimulatedReplicaOptions;
  #running: RunningReplica;
  #isUp = true;

  private constructor(options: SimulatedReplicaOptions, running: RunningReplica) {
    this.preset = options.preset;
    this.#options = { ...options, port: Number(new URL(running.url).port) };
    this.#running = running;
  }

  static async start({ preset, facts, ...rest }: LiveReplicaOptions = {}): Promise<LiveReplica> {
    const named = findPreset(preset ?? replicaDefaults.preset);
    if (named === undefined) throw new Error(`no preset ${preset}`);
    const options: SimulatedReplicaOptions = {
      host: '127.0.0.1',
      port: 0,
      adminPort: 0,
      speed: replicaDefaults.speed,
      ...rest,
      preset: { ...named, ...facts },
    };
    return new LiveReplica(options, await startSimulatedReplica(options));
  }

  get url(): string {
    return this.#running.url;
  }

  /** As the gateway calls it: host and port. */
  get id(): string {
    return new URL(this.url).host;
  }

  get model(): string {
    return this.#options.model ?? this.preset.model;
  }

  /** Orders a fault; the rule is the admin port's own JSON. */
  async fails(rule: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.#admin('POST', '/faults', JSON.stringify(rule));
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** Requests that the standing faults have struck. */
  async struck(): Promise<number> {
    const { faults } = (await (await this.#admin('GET', '/faults')).json()) as {
      readonly faults: readonly { readonly hits: number }[];
    };
    return faults.reduce((sum, { hits }) => sum + hits, 0);
  }

  async heals(): Promise<void> {
    await this.#admin('DELETE', '/faults');
  }

  async state(): Promise<ReplicaState> {
    return (await (await this.#admin('GET', '/state')).json()) as ReplicaState;
  }

  /** Resolves with the first state that `fits`. */
  async stateWhere(what: string, fits: (state: ReplicaState) => boolean): Promise<ReplicaState> {
    return until(what, async () => {
      const state = await this.state();
      return fits(state) && state;
    });
  }

  /** What was posted here, oldest first; the gateway's looks at pages are left out. */
  async received(): Promise<readonly ReceivedRequest[]> {
    const answer = await this.#admin('GET', '/requests?last=256');
    const { requests } = (await answer.json()) as { readonly requests: ReceivedRequest[] };
    return requests.filter(({ method }) => method === 'POST');
  }

  /** Resolves when the engine has nothing left to do. */
  async idle(): Promise<void> {
    await this.stateWhere(`${this.id} is idle`, ({ openGenerations }) => openGenerations === 0);
  }

  /** Kills it: every connection is dropped and nobody listens. */
  async stop(): Promise<void> {
    if (!this.#isUp) return;
    this.#isUp = false;
    await this.#running.close();
  }

  /** Another process at the same port, which a passing connection may have been given meanwhile. */
  async startAgain(): Promise<void> {
    this.#running = await until(`the port of ${this.id} is free`, async () => {
      try {
        return await startSimulatedReplica(this.#options);
      } catch (error) {
        if (isPortTaken(error)) return false;
        throw error;
      }
    });
    this.#isUp = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #admin(method: string, path: string, body?: string): Promise<Response> {
    return fetch(`${this.#running.adminUrl}${path}`, { method, body: body ?? null });
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
