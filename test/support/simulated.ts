import { VirtualClock } from '../../deploy/simulator/clock.ts';
import type {
  SimulatedEngine,
  SimulatedGeneration,
  SimulatedListener,
  SimulatedRequest,
} from '../../deploy/simulator/engine.ts';
import type { Preset } from '../../deploy/simulator/presets.ts';
import type { SchedulerLimits } from '../../deploy/simulator/scheduler.ts';
import { Sequence } from '../../deploy/simulator/sequence.ts';
import { createSimulatedEngine } from '../../deploy/simulator/simulated-engine.ts';

/** Room for a few short sequences. */
export function theLimits(facts: Partial<SchedulerLimits> = {}): SchedulerLimits {
  return {
    contextTokensMax: 64,
    kvCapacityTokens: 1024,
    kvBlockTokens: 4,
    runningSequencesMax: 8,
    stepTokensMax: 64,
    ...facts,
  };
}

/**
 * A replica that is easy to reckon with: 10 ms a prefill and 1 ms a prompt token, 20 ms a decode
 * step.
 */
export function aPreset(facts: Partial<Preset> = {}): Preset {
  return {
    ...theLimits(),
    name: 'simple',
    engine: 'vllm',
    engineVersion: '0',
    scheduler: 'vllm-0.5',
    model: 'model',
    hardware: 'none',
    gpuCount: 1,
    stepTimes: {
      prefillBaseMs: 10,
      prefillMsPerToken: 1,
      graphSequencesMax: Infinity,
      graphBaseMs: 20,
      graphMsPerSequence: 0,
      eagerBaseMs: 20,
      eagerMsPerSequence: 0,
      decodeMsPerKvToken: 0,
    },
    frontEndMsPerChunk: 0,
    chunkLossRate: 0,
    streamTailMs: 0,
    extrapolated: true,
    note: 'Made up.',
    ...facts,
  };
}

/** Ten prompt tokens and five output tokens that share no prefix. */
export function aSimulatedRequest(facts: Partial<SimulatedRequest> = {}): SimulatedRequest {
  return { promptTokens: 10, outputTokens: 5, blockHashes: [], ...facts };
}

/** Hears nothing. */
export const deaf: SimulatedListener = { tokens: () => undefined, finished: () => undefined };

/** A sequence that no scheduler has yet. */
export function aSequence(
  facts: Partial<SimulatedRequest> = {},
  listener: SimulatedListener = deaf,
): Sequence {
  return new Sequence(aSimulatedRequest(facts), listener);
}

/** All that a client of one generation was told. */
export class Told implements SimulatedListener {
  /** Tokens of each chunk. */
  readonly counts: number[] = [];
  /** Time of each chunk. */
  readonly timesMs: number[] = [];
  finishedMs: number | undefined;

  tokens(count: number, atMs: number): void {
    this.counts.push(count);
    this.timesMs.push(atMs);
  }

  finished(atMs: number): void {
    this.finishedMs = atMs;
  }

  /** Tokens of all chunks. */
  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}

/** An engine on a virtual clock with an ear on each generation. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly engine: SimulatedEngine;
  /** Submits a request at the present time. */
  submit(facts?: Partial<SimulatedRequest>): {
    readonly told: Told;
    readonly generation: SimulatedGeneration;
  };
}

/** An idle engine of that preset. */
export function aBench(facts: Partial<Preset> = {}): Bench {
  const clock = new VirtualClock();
  const engine = createSimulatedEngine(aPreset(facts), clock);
  return {
    clock,
    engine,
    submit(request) {
      const told = new Told();
      return { told, generation: engine.submit(aSimulatedRequest(request), told) };
    },
  };
}
