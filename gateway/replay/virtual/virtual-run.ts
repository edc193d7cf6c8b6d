import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { AnswerTimer } from '../answer-timer.ts';
import { ConcurrencyGate } from '../concurrency-gate.ts';
import type { LoadSample } from '../replay-run.ts';
import type { RequestResult } from '../request-result.ts';
import type { RuleSet, Workload, WorkloadRequest } from '../workload.ts';
import { toldOutput } from './output-knowledge.ts';
import { startVirtualFleet } from './virtual-fleet.ts';
import type { VirtualFleet, VirtualFleetOptions } from './virtual-fleet.ts';
import { VirtualSender } from './virtual-sender.ts';

/** A run of the benchmark on virtual time. */
export interface VirtualRunOptions extends VirtualFleetOptions {
  readonly workload: Workload;
  readonly rules: RuleSet;
  readonly maxConcurrency: number | undefined;
}

/** What came of a virtual run. */
export interface VirtualOutcome {
  /** One a request that ended, in the order of the workload. */
  readonly results: readonly RequestResult[];
  /** From before the first send to after the last reply, at speed 1. */
  readonly durationMs: number;
  readonly complete: true;
  readonly samples: readonly LoadSample[];
  /** Tokens that engines computed again, since they had thrown them away to make room. */
  readonly recomputedTokens: number;
}

/** How often the load of the replicas is noted, in virtual milliseconds. */
const SAMPLE_MS = 1000;

/**
 * Runs a workload through the gateway's own admission, router and ledger to simulated engines, with
 * no socket and no waiting: the figures of the model alone.
 */
export function runVirtually(options: VirtualRunOptions): VirtualOutcome {
  const clock = new VirtualClock();
  const run = new VirtualRun(options, startVirtualFleet(options, clock), clock);
  run.start();
  clock.run();
  return run.outcome();
}

class VirtualRun {
  readonly #options: VirtualRunOptions;
  readonly #fleet: VirtualFleet;
  readonly #clock: VirtualClock;
  readonly #sender: VirtualSender;
  readonly #gate: ConcurrencyGate;
  readonly #results: RequestResult[] = [];
  readonly #samples: LoadSample[] = [];
  #endedMs = 0;

  constructor(options: VirtualRunOptions, fleet: VirtualFleet, clock: VirtualClock) {
    this.#options = options;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#sender = new VirtualSender(fleet, toldOutput);
    this.#gate = new ConcurrencyGate(options.maxConcurrency);
  }

  start(): void {
    for (const request of this.#options.workload.requests) {
      this.#clock.at(request.arrivalMs, () => this.#gate.enter(() => this.#send(request)));
    }
    this.#sample();
  }

  outcome(): VirtualOutcome {
    return {
      results: this.#results.toSorted((one, other) => one.index - other.index),
      durationMs: this.#endedMs,
      complete: true,
      samples: this.#samples,
      recomputedTokens: this.#recomputedTokens(),
    };
  }

  #send(request: WorkloadRequest): void {
    const timer = new AnswerTimer(request, this.#clock.nowMs());
    let words = 0;
    this.#sender.send(request, {
      tokens: (count, atMs) => {
        timer.chunk(atMs);
        words += count;
      },
      finished: ({ atMs, promptTokens, outputTokens, replica }) => {
        const usage = { promptTokens, outputTokens };
        const end = { atMs, words, usage, text: '', replica };
        this.#end(timer.succeeded(end, this.#options.rules));
      },
      failed: (message) => this.#end(timer.failed(message)),
    });
  }

  #end(result: RequestResult): void {
    this.#results.push(result);
    this.#endedMs = this.#clock.nowMs();
    this.#gate.leave();
  }

  #recomputedTokens(): number {
    let sum = 0;
    for (const replica of this.#fleet.replicas.values()) {
      const { prefillTokens, promptTokens, cachedTokens } = replica.work();
      sum += Math.max(prefillTokens - (promptTokens - cachedTokens), 0);
    }
    return sum;
  }

  #sample(): void {
    const atMs = this.#clock.nowMs();
    for (const replica of this.#fleet.replicas.values()) {
      const { runningRequests, waitingRequests, usedTokens, capacityTokens } = replica.load();
      const kvCacheUsage = usedTokens / capacityTokens;
      const sample = { atMs, runningRequests, waitingRequests, kvCacheUsage };
      this.#samples.push({ ...sample, replica: replica.id });
    }
    if (this.#results.length < this.#options.workload.requests.length) {
      this.#clock.at(atMs + SAMPLE_MS, () => this.#sample());
    } else {
      this.#fleet.close();
    }
  }
}
