import type { SimulatedLoad } from './engine.ts';
import type { GaugeReading } from './gauges.ts';
import type { Observations } from './observations.ts';
import type { Preset } from './presets.ts';

/** What pages and protocols may know of a replica, and the little that they may ask of it. */
export interface ReplicaView {
  readonly preset: Preset;
  /** Model id that it serves. */
  readonly model: string;
  readonly host: string;
  readonly port: number;
  /** Most requests in its queue; `undefined` when there is no limit. */
  readonly queuedRequestsMax: number | undefined;
  /** Wall seconds since 1970 at which the engine last started. */
  readonly startedSeconds: number;
  nowSeconds(): number;
  /** Wall seconds since 1970 of a past engine time. */
  secondsAt(engineMs: number): number;
  /** Requests of any kind that have no answer yet. */
  openRequests(): number;
  /** The load at this moment, which no real engine tells. */
  load(): SimulatedLoad;
  /** The load as the metrics page last wrote it. */
  metricsGauges(): GaugeReading;
  /** The load as the load report last wrote it. */
  loadsGauges(): GaugeReading;
  readonly observations: Observations;
  /** Drops cached prefixes; false when work is going on, which forbids it. */
  flushCache(): boolean;
  /** Aborts the generations of that id, or all when there is none; returns how many there were. */
  abort(id?: string): number;
  /** Resolves after `delayMs` of engine time. */
  after(delayMs: number): Promise<void>;
  /** Resolves when a prompt of so many tokens has come through the queue and the prefill. */
  prefill(promptTokens: number): Promise<void>;
}
