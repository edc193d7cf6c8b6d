import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import type { Fleet } from '../routing/fleet.ts';
import type { Replica, ReplicaId } from '../routing/replica.ts';
import type { GpuReadings, Telemetry } from '../telemetry/telemetry.ts';
import type { Clock } from './clock.ts';
import type { Config, ReplicaSettings } from './config/settings.ts';
import type { GpuWatch } from './discovery/gpu-watch.ts';
import { openGpuWatch } from './discovery/open-gpu-watch.ts';
import { Keeper } from './discovery/keeper.ts';
import type { ReplicaSource, ReplicaTarget } from './discovery/sources/source.ts';
import { openEngine } from './engines/catalog.ts';
import type { Engine } from './engines/engine.ts';
import type { AttemptEnd } from './pipeline/attempt.ts';
import { outcomeOf } from './pipeline/attempt-outcome.ts';
import type { OpenAttempts } from './pipeline/open-attempts.ts';
import type { EngineCallAnswer } from './server/engine-calls.ts';
import type { TextClient } from './wire/text-client.ts';
import { openTextClient } from './wire/text-client.ts';

/** What the connections to all replicas are made with. */
export interface EngineRoomParts {
  readonly config: Config;
  readonly source: ReplicaSource;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Attempts under way, to be ended where their replica stands still. */
  readonly openAttempts: OpenAttempts;
  /** Called when a replica's state, facts or load have changed. */
  readonly wake: () => void;
}

/** Longest page that is read of an engine: `/metrics` of vLLM is 65 KB, of many adapters some times that. */
const PAGE_BYTES_MAX = 8 * 2 ** 20;

/** A replica, and what only its configuration knows of the way to it. */
type ConnectedTarget = ReplicaTarget &
  Partial<Pick<ReplicaSettings, 'caFile' | 'forwardAuthorization'>>;

interface Connections {
  readonly target: ConnectedTarget;
  readonly engine: Engine;
  readonly pages: TextClient;
}

/** Everything that is held towards the replicas: the streams' connections, the pages', and who watches them. */
export class EngineRoom {
  readonly #parts: EngineRoomParts;
  /** To the replicas that the configuration lists. */
  #connections: ReadonlyMap<ReplicaId, Connections> = new Map();
  /** To those that only the source knows of, for as long as it does. */
  readonly #others: Map<ReplicaId, Connections> = new Map();
  readonly #keeper: Keeper;
  readonly #gpuWatch: GpuWatch;

  constructor(parts: EngineRoomParts) {
    this.#parts = parts;
    this.#connections = this.#connectionsTo(parts.config.replicas);
    this.#keeper = this.#hireKeeper();
    this.#gpuWatch = this.#hireGpuWatch();
  }

  /** Begins to look for the replicas, and at their GPUs. */
  start(): void {
    this.#keeper.start();
    this.#gpuWatch.start();
  }

  /**
   * Makes connections to all of another list of replicas; what it returns puts them in place, before the source
   * tells of who comes and goes. Throws where a file cannot be read, and nothing has changed. What is under way at
   * a replica that goes ends by itself.
   */
  prepare(replicas: readonly ReplicaSettings[]): () => void {
    const next = this.#connectionsTo(replicas);
    return () => {
      this.#connections = next;
    };
  }

  engineOf(id: ReplicaId): Engine | undefined {
    return this.#connectionsOf(id)?.engine;
  }

  /** Lets the keeper know what came of an attempt that began at `sentMs`, so that it learns of a failure before its next check. */
  attempted(id: ReplicaId, end: AttemptEnd, sentMs: number): void {
    this.#keeper.attempted(id, outcomeOf(end), sentMs);
  }

  /** Takes back what the end of the attempt that began at `sentMs` said against its replica. */
  excused(id: ReplicaId, sentMs: number): void {
    this.#keeper.attempted(id, 'excused', sentMs);
  }

  /** Gives a replica nothing more until `undrain`; false where there is none of that id. */
  drain(id: ReplicaId): boolean {
    return this.#keeper.drain(id);
  }

  /** The GPUs of this machine, where replicas name theirs. */
  gpuReadings(): GpuReadings {
    return this.#gpuWatch.readings();
  }

  /** Takes the mark of `drain` away, and forgets what befell its GPUs; false where there is no replica of that id. */
  undrain(id: ReplicaId): boolean {
    this.#gpuWatch.forgive(id);
    return this.#keeper.undrain(id);
  }

  /** Gets one of a replica's own pages. */
  async call(replica: Replica, path: string): Promise<EngineCallAnswer> {
    const connections = this.#connectionsOf(replica.id);
    if (connections === undefined) throw new Error(`replica ${replica.id} has left`);
    const { pages, target } = connections;
    const answer = await pages.fetchText(`${replica.address}${path}`, {
      headers: authorizationOf(target),
      signal: AbortSignal.timeout(this.#parts.config.discovery.healthTimeoutMs),
    });
    const type = answer.headers['content-type'];
    return {
      status: answer.status,
      contentType: typeof type === 'string' ? type : 'text/plain',
      body: answer.body,
    };
  }

  /** Stops watching and breaks every connection. */
  async close(): Promise<void> {
    this.#keeper.stop();
    await this.#gpuWatch.stop();
    await Promise.all([...this.#connections.values(), ...this.#others.values()].map(disconnect));
  }

  #connectionsOf(id: ReplicaId): Connections | undefined {
    return this.#connections.get(id) ?? this.#others.get(id);
  }

  /** Those that are there already, to the same replicas, are among them. */
  #connectionsTo(replicas: readonly ReplicaSettings[]): ReadonlyMap<ReplicaId, Connections> {
    return new Map(
      replicas.map((settings) => {
        const present = this.#connections.get(settings.id);
        const isSame = isDeepStrictEqual(present?.target, settings);
        return [settings.id, isSame && present !== undefined ? present : this.#connect(settings)];
      }),
    );
  }

  #connect(target: ConnectedTarget): Connections {
    const { connectMs } = this.#parts.config.timeouts;
    const { caFile, apiKey, forwardAuthorization = false } = target;
    const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
    const engine = openEngine({
      connectMs,
      ca,
      apiKey,
      forwardsAuthorization: forwardAuthorization,
      address: target.url,
      replica: () => this.#parts.fleet.replicas().find(({ id }) => id === target.id),
    });
    return {
      target,
      engine,
      pages: openTextClient({ connectMs, ca, bodyBytesMax: PAGE_BYTES_MAX }),
    };
  }

  /** The same replicas, with connections to those that the configuration does not list. */
  #connected(source: ReplicaSource): ReplicaSource {
    return {
      watch: (listener) =>
        source.watch({
          joined: (target) => {
            if (!this.#connections.has(target.id))
              this.#others.set(target.id, this.#connect(target));
            listener.joined(target);
          },
          left: (id) => {
            listener.left(id);
            const connections = this.#others.get(id);
            this.#others.delete(id);
            if (connections !== undefined) void disconnect(connections);
          },
        }),
    };
  }

  #hireKeeper(): Keeper {
    const { config, source, fleet, clock, telemetry, openAttempts, wake } = this.#parts;
    return new Keeper({
      fleet,
      source: this.#connected(source),
      clock,
      random: Math.random,
      fetchTextOf: ({ id }) => {
        const connections = this.#connectionsOf(id);
        if (connections === undefined) throw new Error(`no connections to ${id}`);
        return connections.pages.fetchText;
      },
      limits: config.discovery,
      log: telemetry.log,
      onChange: wake,
      onEvent: (id, event) => telemetry.replicaEvent(id, event),
      onEjection: (id, reason) => telemetry.replicaEjected(id, reason),
      onStall: (id, reason) => openAttempts.stalled(id, reason),
    });
  }

  #hireGpuWatch(): GpuWatch {
    const { config, clock, telemetry } = this.#parts;
    return openGpuWatch(config.gpuHealth, {
      clock,
      users: () => this.#keeper.gpuUsers(),
      judged: (id, reason) => this.#keeper.judgeGpus(id, reason),
      log: telemetry.log,
    });
  }
}

async function disconnect({ engine, pages }: Connections): Promise<void> {
  await Promise.all([engine.close(), pages.close()]);
}

function authorizationOf({ apiKey }: ReplicaTarget): Readonly<Record<string, string>> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}
