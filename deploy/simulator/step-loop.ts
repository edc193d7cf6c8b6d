import assert from 'node:assert/strict';

import type { SimulatorClock } from './clock.ts';
import type {
  SimulatedEngine,
  SimulatedGeneration,
  SimulatedListener,
  SimulatedLoad,
  SimulatedRequest,
} from './engine.ts';
import type { FrontEnd } from './front-end.ts';
import type { Scheduler } from './scheduler.ts';
import { Sequence } from './sequence.ts';
import { stepMs, type StepLoad, type StepTimes } from './step-time.ts';
import type { Step } from './step.ts';

/** What a step loop turns. */
export interface StepLoopParts {
  readonly scheduler: Scheduler;
  readonly stepTimes: StepTimes;
  readonly frontEnd: FrontEnd;
  readonly clock: SimulatorClock;
  /** Longest prompt plus output, in tokens; nothing longer may be submitted. */
  readonly contextTokensMax: number;
  /** Gives the factor, finite and above 0, on the length of a step that is about to run. */
  readonly slowness: (step: StepLoad) => number;
}

/** Runs the steps of one engine back to back while there is work. */
export class StepLoop implements SimulatedEngine {
  readonly #parts: StepLoopParts;
  #isTurning = false;

  constructor(parts: StepLoopParts) {
    this.#parts = parts;
  }

  submit(request: SimulatedRequest, listener: SimulatedListener): SimulatedGeneration {
    const { scheduler, contextTokensMax } = this.#parts;
    assert(request.promptTokens >= 1, 'a prompt has a token');
    assert(request.promptTokens + request.outputTokens <= contextTokensMax, 'the request fits');
    const sequence = new Sequence(request, listener);
    scheduler.add(sequence);
    this.#wake();
    return {
      get cachedTokens() {
        return sequence.cachedTokens;
      },
      abort() {
        sequence.isAborted = true;
        scheduler.remove(sequence);
      },
    };
  }

  load(): SimulatedLoad {
    const { roster, kvTokens, kvCapacityTokens } = this.#parts.scheduler;
    let waitingTokens = 0;
    for (const sequence of roster.waiting) {
      waitingTokens += this.#parts.scheduler.uncachedTokens(sequence);
    }
    return {
      runningRequests: roster.running.length,
      waitingRequests: roster.waiting.length,
      waitingTokens,
      usedTokens: kvTokens,
      capacityTokens: kvCapacityTokens,
      preemptions: roster.preemptions,
      promptTokensTotal: roster.promptTokensTotal,
      cachedTokensTotal: roster.cachedTokensTotal,
      outputTokensTotal: roster.outputTokensTotal,
    };
  }

  flushCache(): void {
    this.#parts.scheduler.flushCache();
  }

  /** Starts an idle loop, after what else arrives at this moment. */
  #wake(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    const { clock } = this.#parts;
    clock.at(clock.nowMs(), () => this.#begin(clock.nowMs()));
  }

  /** Each step starts when the one before was due to end, however late the clock was. */
  #begin(startMs: number): void {
    const { scheduler, stepTimes, clock, slowness } = this.#parts;
    const step = scheduler.plan();
    this.#isTurning = step !== undefined;
    if (step === undefined) return;
    const endMs = startMs + stepMs(stepTimes, step) * slowness(step);
    assert(Number.isFinite(endMs), 'a step ends');
    clock.at(endMs, () => this.#end(step, endMs));
  }

  #end(step: Step, atMs: number): void {
    const { scheduler, frontEnd } = this.#parts;
    scheduler.complete(step);
    for (const sequence of step.batch) {
      if (!sequence.isAborted) frontEnd.deliver(sequence, atMs);
    }
    this.#begin(atMs);
  }
}
