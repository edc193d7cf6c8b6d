import type { VirtualClock } from '../../../deploy/simulator/clock.ts';
import type { SimulatedLoad } from '../../../deploy/simulator/engine.ts';
import type { LoadSnapshot } from '../../../routing/replica.ts';

/** How a gateway looks at the gauges of its replicas. */
export interface GaugeRules {
  readonly everyMs: number;
  /** Time between the reading at the engine and the arrival at the gateway. */
  readonly delayMs?: number | undefined;
  /** While they are frozen, polls bring what was shown last, as if it were new. */
  readonly frozen?: { readonly fromMs: number; readonly untilMs: number } | undefined;
  /** Whether the engine tells the tokens of its queue, as SGLang does, or its requests alone. */
  readonly tellsWaitingTokens?: boolean | undefined;
}

/** Whose gauges are read, and who is told. */
export interface GaugePollParts {
  readonly clock: VirtualClock;
  readonly readLoad: () => SimulatedLoad;
  readonly observe: (load: LoadSnapshot) => void;
}

/** Reads the gauges of one replica again and again, from the start until it is stopped. */
export class GaugePoll {
  readonly #rules: GaugeRules;
  readonly #parts: GaugePollParts;
  #shown: LoadSnapshot | undefined;
  #outputTokens = 0;
  #isStopped = false;

  constructor(rules: GaugeRules, parts: GaugePollParts) {
    this.#rules = rules;
    this.#parts = parts;
    this.#poll();
  }

  /** Ends the reading, so that the clock comes to an end. */
  stop(): void {
    this.#isStopped = true;
  }

  #poll(): void {
    if (this.#isStopped) return;
    const { clock, observe } = this.#parts;
    const { everyMs, delayMs = 0 } = this.#rules;
    const nowMs = clock.nowMs();
    this.#shown = this.#read(nowMs);
    const snapshot = this.#shown;
    if (delayMs === 0) observe(snapshot);
    else clock.at(nowMs + delayMs, () => observe(snapshot));
    clock.at(nowMs + everyMs, () => this.#poll());
  }

  #read(nowMs: number): LoadSnapshot {
    const { frozen, everyMs, tellsWaitingTokens = false } = this.#rules;
    const isFrozen = frozen !== undefined && frozen.fromMs <= nowMs && nowMs < frozen.untilMs;
    if (isFrozen && this.#shown !== undefined) return { ...this.#shown, takenAtMs: nowMs };
    const load = this.#parts.readLoad();
    // A counter that goes back has begun anew.
    const made = Math.max(load.outputTokensTotal - this.#outputTokens, 0);
    this.#outputTokens = load.outputTokensTotal;
    return {
      takenAtMs: nowMs,
      runningRequests: load.runningRequests,
      waitingRequests: load.waitingRequests,
      ...(tellsWaitingTokens ? { waitingTokens: load.waitingTokens } : {}),
      kvCacheUsage: load.usedTokens / load.capacityTokens,
      outputTokensPerSecond: (made / everyMs) * 1000,
    };
  }
}
