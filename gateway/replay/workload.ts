import type { PromptPlan } from './prompt.ts';

/** Which release of the reference benchmark sets the rules. */
export type RuleSet = '0.2.14' | 'current';

/** One request of a workload, before anything is sent. */
export interface WorkloadRequest {
  /** Place in the workload, from 0. */
  readonly index: number;
  /** Milliseconds after the start of the run at which it is sent, at speed 1. */
  readonly arrivalMs: number;
  readonly promptTokens: number;
  /** Tokens asked for; rule set 0.2.14 can ask for 0. */
  readonly outputTokens: number;
  readonly prompt: PromptPlan;
  /** Who asks; nobody in particular where it is left out. */
  readonly tenant?: string;
  /** Higher runs earlier; 0 where it is left out. */
  readonly priority?: number;
  /** What the turns of one conversation have in common. */
  readonly sessionKey?: string;
}

/** The flags of the reference benchmark that its result file repeats. */
export interface WorkloadShape {
  readonly randomInputTokens: number;
  readonly randomOutputTokens: number;
  /** Lower bound of the lengths, as a share of the upper one: 0 to 1. */
  readonly randomRangeRatio: number;
  /** Tokens asked of each ShareGPT request, where that is set. */
  readonly sharegptOutputTokens?: number;
}

/** The flags' defaults, which the result file repeats when another data set is used. */
export const defaultShape: WorkloadShape = {
  randomInputTokens: 1024,
  randomOutputTokens: 1024,
  randomRangeRatio: 0,
};

/** Which requests, and when. */
export interface Workload {
  /** The reference's name of the data set: `random`, `random-ids`, `sharegpt`, or `trace`. */
  readonly dataset: string;
  readonly requests: readonly WorkloadRequest[];
  /** Requests a second at speed 1; `Infinity` sends all at once, `undefined` follows a trace. */
  readonly requestRate: number | undefined;
  readonly shape: WorkloadShape;
}
