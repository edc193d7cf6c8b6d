import type { OutputKnowledge } from '../../../gateway/replay/virtual/output-knowledge.ts';
import type { Disturbances } from '../../../gateway/replay/virtual/disturbances.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import type { BoundName } from './bounds/catalog.ts';
import type { EngineKind } from './engines.ts';
import type { MetricName } from './metrics.ts';
import type { DrawLengths, Traffic } from './traffic.ts';

/** Sizes of the runs: how many requests a line has. */
export interface Size {
  /** Requests of a line with a steady stream. */
  readonly steadyRequests: number;
}

/** What a fleet can do, as it was measured. */
export interface Capacity {
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
}

/** One row of a scenario: a fleet, a load, and what is looked at. */
export interface Line {
  /** Such as `S2`. */
  readonly scenario: string;
  /** What tells it from the other lines of its scenario. */
  readonly variant: string;
  readonly kind: EngineKind;
  readonly presets: readonly Preset[];
  readonly disturbances?: Disturbances;
  readonly frozenGauges?: { readonly fromMs: number; readonly untilMs: number };
  /** What capacity is measured with: lengths like those of the traffic, where that has a load. */
  readonly calibration?: DrawLengths;
  /** Offered load as a share of capacity; `undefined` where all comes at once. */
  readonly loadShare?: number;
  readonly traffic: (seed: number, capacity: Capacity) => Traffic;
  /** What is known of output lengths. Made anew for each run. */
  readonly knowledge: () => OutputKnowledge;
  /** So long after the last arrival the run is cut: a load that no fleet can bear need not be worked off. */
  readonly tailMs?: number;
  readonly bounds: readonly BoundName[];
  readonly metrics: readonly MetricName[];
}
