import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { CommandLine } from '../../support/command-line.ts';
import type { ShownReplica, ShownState } from '../../support/live/gateway.ts';
import { inFlightOf } from '../../support/live/gateway.ts';
import type { ReplicaState } from '../../support/live/replica.ts';
import { until } from '../../support/live/until.ts';

/** A process may be late on a machine that does other things. */
const READY_MS_MAX = 60_000;

/** A simulated replica in a process of its own, which can be killed. */
export class ReplicaProcess implements AsyncDisposable {
  readonly #args: readonly string[];
  #command: CommandLine;
  #at: { readonly url: string; readonly adminUrl?: string };

  private constructor(args: readonly string[], command: CommandLine, at: { readonly url: string }) {
    this.#args = args;
    this.#command = command;
    this.#at = at;
  }

  /** `args` are those of `gateway simulate`. */
  static async start(args: readonly string[]): Promise<ReplicaProcess> {
    const command = new CommandLine(['simulate', ...args, '--port', '0', ...ports]);
    return new ReplicaProcess(args, command, await command.listening());
  }

  get url(): string {
    return this.#at.url;
  }

  get pid(): number {
    return this.#command.pid;
  }

  /** By SIGKILL, with all its connections; another process has its port then. */
  async killAndStart(): Promise<void> {
    await this.#command.stop('SIGKILL');
    const { port } = new URL(this.url);
    this.#command = new CommandLine(['simulate', ...this.#args, '--port', port, ...ports]);
    this.#at = await this.#command.listening();
  }

  /** Orders a fault; the rule is the admin port's own JSON. */
  async fails(rule: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#admin('/faults', { method: 'POST', body: JSON.stringify(rule) });
  }

  async heals(): Promise<void> {
    await this.#admin('/faults', { method: 'DELETE' });
  }

  async state(): Promise<ReplicaState> {
    return (await (await this.#admin('/state', {})).json()) as ReplicaState;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command[Symbol.asyncDispose]();
  }

  #admin(path: string, asked: RequestInit): Promise<Response> {
    return fetch(`${this.#at.adminUrl}${path}`, asked);
  }
}

const ports = ['--admin-port', '0', '--json'];

/** A gateway in a process of its own, so that what it costs is told from the rest. */
export class GatewayProcess implements AsyncDisposable {
  readonly #command: CommandLine;
  readonly #folder: string;
  readonly #file: string;
  readonly url: string;
  readonly adminUrl: string;

  private constructor(command: CommandLine, file: string, url: string, adminUrl: string) {
    this.#command = command;
    this.#folder = dirname(file);
    this.#file = file;
    this.url = url;
    this.adminUrl = adminUrl;
  }

  /** Resolves when all its replicas are ready. `settings` are those of a file; ports and log are seen to. */
  static async start(
    settings: { readonly replicas: readonly object[]; readonly [room: string]: unknown },
    environment: Readonly<Record<string, string>> = {},
  ): Promise<GatewayProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'numagate-release-'));
    const file = join(folder, 'gateway.yaml');
    const seenTo = {
      listen: { port: 0 },
      admin: { port: 0 },
      telemetry: { logLevel: 'error' },
    };
    writeFileSync(file, JSON.stringify({ ...seenTo, ...settings }));
    const command = new CommandLine(['serve', '--config', file, '--json'], environment);
    const { url, adminUrl = '' } = await command.listening();
    const gateway = new GatewayProcess(command, file, url, adminUrl);
    await gateway.ready(settings.replicas.length);
    return gateway;
  }

  async ready(count: number): Promise<void> {
    await until(
      `${count} replicas are ready`,
      async () => {
        const page = (await (await fetch(`${this.url}/ready`)).json()) as {
          readonly replicas: Readonly<Record<string, string>>;
        };
        return Object.values(page.replicas).filter((state) => state === 'ready').length === count;
      },
      READY_MS_MAX,
    );
  }

  /** What `GET /admin/state` shows. */
  async state(): Promise<ShownState> {
    return (await (await fetch(`${this.adminUrl}/admin/state`)).json()) as ShownState;
  }

  /** Resolves with the first state that `fits`. */
  async stateWhere(what: string, fits: (state: ShownState) => boolean): Promise<ShownState> {
    return until(what, async () => {
      const state = await this.state();
      return fits(state) && state;
    });
  }

  /** Resolves when nobody is inside, with what is in flight all the same. */
  async leftInFlight(): Promise<ShownReplica['inFlight']> {
    return inFlightOf(
      await this.stateWhere('nobody is inside', ({ openRequests }) => openRequests === 0),
    );
  }

  get pid(): number {
    return this.#command.pid;
  }

  /** Megabytes of resident memory. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.#command.pid}/status`, 'utf8');
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1e3;
  }

  /** Files and sockets that it has open. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.#command.pid}/fd`).length;
  }

  /** The settings of its file, as text. */
  get settings(): string {
    return readFileSync(this.#file, 'utf8');
  }

  /** Gives it another file and tells it to read that; it goes on meanwhile. */
  reread(settings: string): void {
    writeFileSync(this.#file, settings);
    this.#command.signal('SIGHUP');
  }

  /** Tells it to end, and waits for that. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    return (await this.#command.stop(signal)).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Replicas and a gateway before them. */
export interface ProcessFleet extends AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly replicas: readonly ReplicaProcess[];
}

/** How a fleet is furnished. */
export interface FleetOptions {
  readonly replicas: number;
  /** Arguments of `gateway simulate`, of each. */
  readonly args: readonly string[];
  /** Members of each replica's settings beside its URL. */
  readonly facts?: object;
  readonly settings?: object;
  /** Of the gateway's process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The model of `simulated`. */
export const model = 'release';

/** Arguments of a replica that speaks as current vLLM does, so many times as fast as eight H100. */
export function simulated(speed: number): readonly string[] {
  return ['--preset', 'vllm-current-8xh100-tp8', '--model', model, '--speed', String(speed)];
}

/** Starts all of them, and resolves when all are ready. */
export async function aFleet(options: FleetOptions): Promise<ProcessFleet> {
  const { args, facts = {}, settings = {}, environment } = options;
  const replicas = await Promise.all(
    Array.from({ length: options.replicas }, () => ReplicaProcess.start(args)),
  );
  const gateway = await GatewayProcess.start(
    { ...settings, replicas: replicas.map(({ url }) => ({ url, ...facts })) },
    environment,
  );
  return {
    gateway,
    replicas,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
    },
  };
}
