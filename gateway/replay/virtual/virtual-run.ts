import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import type { RoutingRequest } from '../../../routing/request.ts';
import type { Place } from '../../pipeline/dispatcher.ts';
import { AnswerTimer } from '../answer-timer.ts';
import { ConcurrencyGate } from '../concurrency-gate.ts';
import type { LoadSample } from '../replay-run.ts';
import type { RequestResult } from '../request-result.ts';
import type { RuleSet, Workload, WorkloadRequest } from '../workload.ts';
import { promptBlockHashes } from './prompt-blocks.ts';
import { startVirtualFleet } from './virtual-fleet.ts';
import type { VirtualFleet, VirtualFleetOptions, VirtualReplica } from './virtual-fleet.ts';

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
  readonly #gate: ConcurrencyGate;
  readonly #results: RequestResult[] = [];
  readonly #samples: LoadSample[] = [];
  #endedMs = 0;

  constructor(options: VirtualRunOptions, fleet: VirtualFleet, clock: VirtualClock) {
    this.#options = options;
    this.#fleet = fleet;
    this.#clock = clock;
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
    };
  }

  #send(request: WorkloadRequest): void {
    const timer = new AnswerTimer(request, this.#clock.nowMs());
    this.#fleet.dispatcher.enter(routingRequest(request, modelOf(this.#options.presets)), {
      granted: (place) => this.#run(request, timer, place),
      refused: (error) => this.#end(timer.failed(error.message)),
    });
  }

  #run(request: WorkloadRequest, timer: AnswerTimer, { replica, reservation }: Place): void {
    const { engine, preset } = this.#replica(replica.id);
    const promptTokens = Math.max(1, request.promptTokens);
    if (!accepts(preset, request)) {
      reservation.release();
      this.#end(timer.failed('Bad Request'));
      return;
    }
    let words = 0;
    const blockHashes = promptBlockHashes(request.prompt, preset.kvBlockTokens);
    const wanted = { promptTokens, outputTokens: request.outputTokens, blockHashes };
    engine.submit(wanted, {
      tokens: (count, atMs) => {
        timer.chunk(atMs);
        words += count;
        reservation.outputTokens += count;
        reservation.firstToken();
      },
      finished: (atMs) => {
        reservation.release();
        const usage = { promptTokens, outputTokens: words };
        const end = { atMs, words, usage, text: '', replica: replica.id };
        this.#end(timer.succeeded(end, this.#options.rules));
      },
    });
  }

  #end(result: RequestResult): void {
    this.#results.push(result);
    this.#endedMs = this.#clock.nowMs();
    this.#gate.leave();
  }

  #sample(): void {
    const atMs = this.#clock.nowMs();
    for (const { id, engine } of this.#fleet.replicas.values()) {
      const { runningRequests, waitingRequests, usedTokens, capacityTokens } = engine.load();
      const kvCacheUsage = usedTokens / capacityTokens;
      this.#samples.push({ atMs, replica: id, runningRequests, waitingRequests, kvCacheUsage });
    }
    if (this.#results.length < this.#options.workload.requests.length) {
      this.#clock.at(atMs + SAMPLE_MS, () => this.#sample());
    }
  }

  #replica(id: string): VirtualReplica {
    const replica = this.#fleet.replicas.get(id);
    if (replica === undefined) throw new RangeError(`no virtual replica ${id}`);
    return replica;
  }
}

/** Least `max_tokens` that an engine takes: vLLM refuses 0, SGLang runs the prefill for it. */
const outputTokensMin: Readonly<Record<Preset['engine'], number>> = { sglang: 0, vllm: 1 };

function accepts(preset: Preset, { promptTokens, outputTokens }: WorkloadRequest): boolean {
  if (outputTokens < outputTokensMin[preset.engine]) return false;
  return Math.max(1, promptTokens) + outputTokens <= preset.contextTokensMax;
}

function modelOf([first]: readonly Preset[]): string {
  return first?.model ?? '';
}

function routingRequest(request: WorkloadRequest, model: string): RoutingRequest {
  return {
    requestId: String(request.index),
    tenant: '',
    model,
    promptTokens: request.promptTokens,
    expectedOutputTokens: request.outputTokens,
    blockHashes: [],
    blockTokens: 0,
    priority: 0,
    deadlineMs: Infinity,
    excluded: new Set(),
  };
}
