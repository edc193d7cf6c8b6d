import type { SimulatedLoad } from './engine.ts';

/** When an engine writes its gauges. Between those moments they show what was. */
export interface GaugeRules {
  /** Steps between two writings; 0 writes at the moment of reading. */
  readonly everySteps: number;
  /** Also after each prefill, when the requests that it brought in do not count as running yet. */
  readonly onPrefill: boolean;
  /** Engine milliseconds after which a gauge is written in any case. */
  readonly ageMsMax: number;
}

/** Gauges as they were written. */
export interface GaugeReading {
  readonly load: SimulatedLoad;
  /** Engine milliseconds of the writing. */
  readonly takenAtMs: number;
}

/** Holds what an engine would have written of its load. */
export class Gauges {
  readonly #rules: GaugeRules;
  readonly #readLoad: () => SimulatedLoad;
  #reading: GaugeReading;
  #steps = 0;
  #stepMs = -1;

  constructor(rules: GaugeRules, readLoad: () => SimulatedLoad) {
    this.#rules = rules;
    this.#readLoad = readLoad;
    this.#reading = { load: readLoad(), takenAtMs: 0 };
  }

  /** A token came out at `atMs`; tokens of one time are one step. Called for each chunk. */
  stepped(atMs: number): void {
    if (atMs === this.#stepMs) return;
    this.#stepMs = atMs;
    this.#steps += 1;
    if (this.#rules.everySteps > 0 && this.#steps % this.#rules.everySteps === 0) this.write(atMs);
  }

  /** A request's prefill ended at `atMs`, while `runningBefore` others had theirs behind them. */
  prefilled(atMs: number, runningBefore: number): void {
    if (!this.#rules.onPrefill || this.#reading.takenAtMs === atMs) return;
    const load = this.#readLoad();
    this.#reading = { load: { ...load, runningRequests: runningBefore }, takenAtMs: atMs };
  }

  /** Writes the load as it is. */
  write(atMs: number): void {
    this.#reading = { load: this.#readLoad(), takenAtMs: atMs };
  }

  /** What a client sees at `nowMs`. */
  read(nowMs: number): GaugeReading {
    const ageMs = nowMs - this.#reading.takenAtMs;
    if (this.#rules.everySteps === 0 || ageMs >= this.#rules.ageMsMax) this.write(nowMs);
    return this.#reading;
  }
}
