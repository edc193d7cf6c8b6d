import assert from 'node:assert/strict';

import type { SimulatorClock } from './clock.ts';
import type { SimulatedEngine } from './engine.ts';
import type { Preset } from './presets.ts';

/** What may be turned on a simulated engine beside its preset. */
export interface SimulatedEngineOptions {
  /** Start of the chunk-loss draws, a 32-bit integer; a preset's reference run uses the default. */
  readonly seed?: number;
  /** Asked before each step: factor on its length, 1 or more for a slow replica. */
  readonly slowness?: () => number;
}

/** Starts one replica of `preset` on `clock`, idle and empty. */
export function createSimulatedEngine(
  preset: Preset,
  clock: SimulatorClock,
  options: SimulatedEngineOptions = {},
): SimulatedEngine {
  assert.fail(`${preset.name} at ${clock.nowMs()} ${options.seed}`);
}
