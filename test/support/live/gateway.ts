import type { Config } from '../../../gateway/config.ts';
import { readConfig } from '../../../gateway/config.ts';
import type { RunningGateway } from '../../../gateway/house.ts';
import { startGateway } from '../../../gateway/house.ts';
import type { QuotaStanding } from '../../../gateway/quota/quota-store.ts';
import type { ReloadReport } from '../../../gateway/reloader.ts';
import type { MetricKey } from '../../../telemetry/semconv.ts';
import { counted } from './counted.ts';
import { until } from './until.ts';

/** Settings as a file has them, in part. */
export interface GatewaySettings {
  readonly [room: string]: unknown;
  readonly replicas: readonly object[];
}

/** A replica as `GET /admin/replicas` shows it. */
export interface ShownReplica {
  readonly id: string;
  readonly state: string;
  readonly stateReason: string | null;
  readonly engine: string;
  readonly engineVersion?: string;
  readonly models: readonly string[];
  readonly load: { readonly runningRequests: number; readonly ageMs: number } | null;
  readonly inFlight: {
    readonly requests: number;
    readonly prefillTokens: number;
    readonly kvTokens: number;
    readonly kvTokensPeak: number;
  };
}

/** What `GET /admin/state` shows. */
export interface ShownState {
  readonly draining: boolean;
  readonly openRequests: number;
  readonly waitingRequests: number;
  readonly quotas: readonly (QuotaStanding & { readonly tenant: string })[];
  readonly replicas: readonly ShownReplica[];
}

/** Looks often enough that no test waits for a check. */
const quickDiscovery = {
  loadIntervalMs: 20,
  healthIntervalMs: 100,
  retryMsMax: 100,
};

/** A gateway in this process, over real sockets on free ports. */
export class LiveGateway implements AsyncDisposable {
  readonly #running: RunningGateway;
  readonly #file: { text: string };
  readonly #admin: RequestInit;

  private constructor(
    running: RunningGateway,
    file: { text: string },
    adminKey: string | undefined,
  ) {
    this.#running = running;
    this.#file = file;
    this.#admin =
      adminKey === undefined ? {} : { headers: { authorization: `Bearer ${adminKey}` } };
  }

  /** `adminKey` is what the admin pages are asked with. */
  static async start(settings: GatewaySettings, adminKey?: string): Promise<LiveGateway> {
    const file = { name: 'settings of a test', text: textOf(settings) };
    const read = (): Config => readConfig({ file, environment: {} });
    const running = await startGateway(read(), () => Promise.resolve().then(read));
    return new LiveGateway(running, file, adminKey);
  }

  /** Puts other settings into the file, whole or as the text that it is to be, and has them read. */
  reload(settings: GatewaySettings | string): Promise<ReloadReport> {
    this.#file.text = typeof settings === 'string' ? settings : textOf(settings);
    return this.#running.reload();
  }

  get url(): string {
    return this.#running.url;
  }

  get adminUrl(): string {
    return this.#running.adminUrl;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async state(): Promise<ShownState> {
    const answer = await fetch(`${this.adminUrl}/admin/state`, this.#admin);
    return (await answer.json()) as ShownState;
  }

  /** Resolves with the first state that `fits`. */
  async stateWhere(what: string, fits: (state: ShownState) => boolean): Promise<ShownState> {
    return until(what, async () => {
      const state = await this.state();
      return fits(state) && state;
    });
  }

  /** Resolves when so many replicas are ready. */
  async ready(count: number): Promise<void> {
    await this.stateWhere(
      `${count} replicas are ready`,
      ({ replicas }) => replicas.filter(({ state }) => state === 'ready').length === count,
    );
  }

  /** Resolves when nobody is inside. */
  async empty(): Promise<ShownState> {
    return this.stateWhere('nobody is inside', ({ openRequests }) => openRequests === 0);
  }

  /** Sum of a metric over the series that have these labels. */
  async counted(metric: MetricKey, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    return counted(this.adminUrl, metric, labels);
  }

  drain(): Promise<void> {
    return this.#running.drain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.close();
  }
}

/** The file of these settings, on free ports and without a word in the log. */
function textOf(settings: GatewaySettings): string {
  return JSON.stringify({
    ...settings,
    listen: { port: 0, ...(settings['listen'] as object | undefined) },
    admin: { port: 0, ...(settings['admin'] as object | undefined) },
    telemetry: { logLevel: 'silent', ...(settings['telemetry'] as object | undefined) },
    discovery: { ...quickDiscovery, ...(settings['discovery'] as object | undefined) },
  });
}

/** What is in flight at every replica, summed: all zero once every reservation was released. */
export function inFlightOf({ replicas }: ShownState): ShownReplica['inFlight'] {
  const sum = (name: keyof ShownReplica['inFlight']): number =>
    replicas.reduce((total, { inFlight }) => total + inFlight[name], 0);
  return {
    requests: sum('requests'),
    prefillTokens: sum('prefillTokens'),
    kvTokens: sum('kvTokens'),
    kvTokensPeak: sum('kvTokensPeak'),
  };
}

/** Nothing is in flight. */
export const nothingInFlight: ShownReplica['inFlight'] = {
  requests: 0,
  prefillTokens: 0,
  kvTokens: 0,
  kvTokensPeak: 0,
};
