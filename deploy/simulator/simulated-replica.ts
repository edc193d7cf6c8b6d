import type { SimulatorClock } from './clock.ts';
import type { SimulatedEngine, SimulatedLoad } from './engine.ts';
import { type GaugeReading, Gauges } from './gauges.ts';
import { Observations } from './observations.ts';
import type { Preset } from './presets.ts';
import type { Protocol } from './protocols/protocol.ts';
import type { ReplicaView } from './replica-view.ts';
import type {
  GenerationEnding,
  GenerationWatcher,
  RunningGeneration,
} from './running-generation.ts';
import { createSimulatedEngine } from './simulated-engine.ts';

/** What a replica is made of. */
export interface ReplicaParts {
  readonly preset: Preset;
  readonly protocol: Protocol;
  readonly clock: SimulatorClock;
  /** Engine milliseconds each wall millisecond. */
  readonly speed: number;
  readonly model: string;
  readonly host: string;
  readonly queuedRequestsMax: number | undefined;
  readonly seed: number | undefined;
  /** Wall seconds since 1970. */
  readonly wallSeconds: () => number;
  /** Factor on the length of each step. */
  readonly slowness: () => number;
}

/** Counts that outlive a restart, for whoever watches the simulator rather than the engine. */
export interface ReplicaCounts {
  /** Tokens that engines have made. */
  readonly tokens: number;
  readonly generations: number;
  /** Generations taken out before their end. */
  readonly aborted: number;
  /** Wall milliseconds since 1970 of the last of these. */
  readonly lastAbortAtMs: number | undefined;
  readonly restarts: number;
}

/** One replica: an engine, its books, and the generations that are open in it. */
export class SimulatedReplica implements ReplicaView {
  readonly preset: Preset;
  readonly model: string;
  readonly host: string;
  readonly queuedRequestsMax: number | undefined;
  port = 0;
  readonly #parts: ReplicaParts;
  readonly #open = new Set<RunningGeneration>();
  #engine: SimulatedEngine;
  #observations: Observations;
  #metrics: Gauges;
  #loads: Gauges;
  #startedSeconds: number;
  #openRequests = 0;
  /** Generations that are past their first token. */
  #decoding = 0;
  readonly #counts = { tokens: 0, generations: 0, aborted: 0, restarts: 0 };
  #lastAbortAtMs: number | undefined;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.preset = parts.preset;
    this.model = parts.model;
    this.host = parts.host;
    this.queuedRequestsMax = parts.queuedRequestsMax;
    this.#engine = this.#newEngine();
    this.#observations = new Observations(parts.protocol.buckets);
    this.#metrics = this.#newGauges('metrics');
    this.#loads = this.#newGauges('loads');
    this.#startedSeconds = parts.wallSeconds();
  }

  get observations(): Observations {
    return this.#observations;
  }

  get startedSeconds(): number {
    return this.#startedSeconds;
  }

  get engine(): SimulatedEngine {
    return this.#engine;
  }

  get openGenerations(): number {
    return this.#open.size;
  }

  nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  nowSeconds(): number {
    return this.#parts.wallSeconds();
  }

  secondsAt(engineMs: number): number {
    return this.nowSeconds() - (this.nowMs() - engineMs) / this.#parts.speed / 1000;
  }

  openRequests(): number {
    return this.#openRequests;
  }

  load(): SimulatedLoad {
    return this.#engine.load();
  }

  metricsGauges(): GaugeReading {
    return this.#metrics.read(this.nowMs());
  }

  loadsGauges(): GaugeReading {
    return this.#loads.read(this.nowMs());
  }

  counts(): ReplicaCounts {
    return { ...this.#counts, lastAbortAtMs: this.#lastAbortAtMs };
  }

  flushCache(): boolean {
    if (this.#open.size > 0) return false;
    this.#engine.flushCache();
    return true;
  }

  abort(id?: string): number {
    const meant = [...this.#open].filter((generation) => id === undefined || generation.id === id);
    for (const generation of meant) generation.abort();
    return meant.length;
  }

  after(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.later(delayMs, resolve);
    });
  }

  /** Calls back after `delayMs` of engine time. */
  later(delayMs: number, callback: () => void): void {
    const { clock } = this.#parts;
    clock.at(clock.nowMs() + delayMs, callback);
  }

  prefill(promptTokens: number): Promise<void> {
    return new Promise((resolve) => {
      const work = { promptTokens, outputTokens: 1, blockHashes: [] };
      this.#engine.submit(work, { tokens: () => undefined, finished: () => resolve() });
    });
  }

  /** Notes that a request has come, and later that it is answered. */
  requestOpened(): void {
    this.#openRequests += 1;
  }

  requestClosed(): void {
    this.#openRequests -= 1;
  }

  /** Takes a generation among the open ones until it ends. */
  enter(generation: RunningGeneration): void {
    this.#open.add(generation);
    this.#counts.generations += 1;
  }

  /** Books a generation's tokens and end; `isStream` tells in which series. */
  watch(isStream: boolean): GenerationWatcher {
    const series = this.#observations.series(isStream);
    let isDecoding = false;
    return {
      series,
      prefilled: (atMs) => {
        this.#metrics.prefilled(atMs, this.#decoding);
        this.#loads.prefilled(atMs, this.#decoding + 1);
        this.#decoding += 1;
        isDecoding = true;
      },
      stepped: (atMs, tokens) => {
        this.#counts.tokens += tokens;
        this.#metrics.stepped(atMs);
        this.#loads.stepped(atMs);
      },
      ended: (generation, ending) => {
        if (isDecoding) this.#decoding -= 1;
        this.#open.delete(generation);
        if (ending !== 'dropped') this.#observations.close(series, generation);
        this.#noteEnd(ending);
      },
    };
  }

  /** The engine dies and comes back empty. Who holds the connections must cut them. */
  restart(): void {
    for (const generation of this.#open) generation.drop();
    this.#engine = this.#newEngine();
    this.#observations = new Observations(this.#parts.protocol.buckets);
    this.#metrics = this.#newGauges('metrics');
    this.#loads = this.#newGauges('loads');
    this.#startedSeconds = this.nowSeconds();
    this.#counts.restarts += 1;
  }

  #noteEnd(ending: GenerationEnding): void {
    if (ending !== 'finished') {
      this.#counts.aborted += 1;
      this.#lastAbortAtMs = this.nowSeconds() * 1000;
      return;
    }
    // An engine that runs dry writes its gauges once more; after an abort it does not.
    if (this.#open.size > 0) return;
    this.#metrics.write(this.nowMs());
    this.#loads.write(this.nowMs());
  }

  #newEngine(): SimulatedEngine {
    const { preset, clock, slowness, seed } = this.#parts;
    return createSimulatedEngine(preset, clock, {
      slowness,
      ...(seed === undefined ? {} : { seed }),
    });
  }

  #newGauges(which: 'metrics' | 'loads'): Gauges {
    return new Gauges(this.#parts.protocol.gauges[which], () => this.#engine.load());
  }
}
