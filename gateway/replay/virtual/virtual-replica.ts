import type { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type {
  SimulatedEngine,
  SimulatedGeneration,
  SimulatedListener,
  SimulatedLoad,
  SimulatedRequest,
} from '../../../deploy/simulator/engine.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../../deploy/simulator/simulated-engine.ts';

/** Told of one generation's progress, and of its end without an answer. */
export interface VirtualListener extends SimulatedListener {
  /** The replica went down; nothing more comes. */
  lost(): void;
}

/** What a replica has done since the start of the run, over all its restarts. */
export interface ReplicaWork {
  /** Tokens computed in prefills: prompts, less what was cached, and all that was computed again. */
  readonly prefillTokens: number;
  /** Prompt tokens of what has begun to run, and those of them that were cached. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly preemptions: number;
}

/** One simulated replica that can be restarted. */
export class VirtualReplica {
  readonly id: string;
  readonly preset: Preset;
  readonly #clock: VirtualClock;
  readonly #slowness: (nowMs: number) => number;
  readonly #open: Set<() => void> = new Set();
  #engine: SimulatedEngine;
  #prefillTokens = 0;
  #before: Omit<ReplicaWork, 'prefillTokens'> = nothingDone;

  /** `slowness` is the factor on the length of a step that begins at `nowMs`. */
  constructor(
    id: string,
    preset: Preset,
    parts: { readonly clock: VirtualClock; readonly slowness: (nowMs: number) => number },
  ) {
    this.id = id;
    this.preset = preset;
    this.#clock = parts.clock;
    this.#slowness = parts.slowness;
    this.#engine = this.#start();
  }

  /** Hands a request to the engine. */
  submit(request: SimulatedRequest, listener: VirtualListener): SimulatedGeneration {
    const lose = (): void => {
      generation.abort();
      listener.lost();
    };
    const generation = this.#engine.submit(request, {
      tokens: (count, atMs) => listener.tokens(count, atMs),
      finished: (atMs) => {
        this.#open.delete(lose);
        listener.finished(atMs);
      },
    });
    this.#open.add(lose);
    return generation;
  }

  /** Starts the engine anew, its queue and its cache empty; all that was open is lost. */
  restart(): void {
    const lost = [...this.#open];
    this.#open.clear();
    this.#before = this.#done();
    this.#engine = this.#start();
    for (const lose of lost) lose();
  }

  /** Requests that it holds, of whomever. */
  get openRequests(): number {
    return this.#open.size;
  }

  /** What its gauges show. */
  load(): SimulatedLoad {
    return this.#engine.load();
  }

  /** What it has done so far. */
  work(): ReplicaWork {
    return { ...this.#done(), prefillTokens: this.#prefillTokens };
  }

  #start(): SimulatedEngine {
    return createSimulatedEngine(this.preset, this.#clock, {
      slowness: ({ prefillTokens }) => {
        this.#prefillTokens += prefillTokens;
        return this.#slowness(this.#clock.nowMs());
      },
    });
  }

  #done(): Omit<ReplicaWork, 'prefillTokens'> {
    const load = this.#engine.load();
    return {
      promptTokens: this.#before.promptTokens + load.promptTokensTotal,
      cachedTokens: this.#before.cachedTokens + load.cachedTokensTotal,
      outputTokens: this.#before.outputTokens + load.outputTokensTotal,
      preemptions: this.#before.preemptions + load.preemptions,
    };
  }
}

const nothingDone = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, preemptions: 0 } as const;
