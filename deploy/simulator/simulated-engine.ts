import type { SimulatorClock } from './clock.ts';
import { createScheduler } from './create-scheduler.ts';
import type { SimulatedEngine } from './engine.ts';
import { FrontEnd } from './front-end.ts';
import type { Preset } from './presets.ts';
import { StepLoop } from './step-loop.ts';
import type { StepLoad } from './step-time.ts';

/** What may be turned on a simulated engine beside its preset. */
export interface SimulatedEngineOptions {
  /** Start of the chunk-loss draws, a 32-bit integer; a preset's reference run uses the default. */
  readonly seed?: number;
  /**
   * Told each step before it runs; gives a finite factor on its length, above 1 for a slow replica.
   */
  readonly slowness?: (step: StepLoad) => number;
}

/** Starts one replica of `preset` on `clock`, idle and empty. */
export function createSimulatedEngine(
  preset: Preset,
  clock: SimulatorClock,
  options: SimulatedEngineOptions = {},
): SimulatedEngine {
  return new StepLoop({
    scheduler: createScheduler(preset),
    stepTimes: preset.stepTimes,
    frontEnd: new FrontEnd(preset, clock, options.seed),
    clock,
    contextTokensMax: preset.contextTokensMax,
    slowness: options.slowness ?? (() => 1),
  });
}
