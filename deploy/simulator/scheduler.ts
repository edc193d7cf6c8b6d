import type { Roster } from './roster.ts';
import type { Sequence } from './sequence.ts';
import type { Step } from './step.ts';

/** The room that a scheduler has. */
export interface SchedulerLimits {
  /** Longest prompt plus output, in tokens. */
  readonly contextTokensMax: number;
  readonly kvCapacityTokens: number;
  /** Tokens in one KV block; 1 where the cache is not paged. */
  readonly kvBlockTokens: number;
  readonly runningSequencesMax: number;
  /** Tokens that one step may compute. */
  readonly stepTokensMax: number;
}

/** Decides who runs in each iteration of an engine, and keeps its KV cache. */
export interface Scheduler {
  /** Who waits and who runs. The scheduler alone changes it. */
  readonly roster: Roster;
  readonly kvCapacityTokens: number;
  /** KV tokens that live sequences hold, 0 to the capacity; a shared block counts once. */
  readonly kvTokens: number;
  /** Puts a sequence at the end of the queue. */
  add(sequence: Sequence): void;
  /**
   * Plans the next iteration and takes its KV; `undefined` only when nothing waits and nothing
   * runs. The step is good until the next plan.
   */
  plan(): Step | undefined;
  /** The planned iteration has run: counts its tokens and frees those that ended. */
  complete(step: Step): void;
  /** Takes a sequence out and frees what it holds; does nothing to one that has ended. */
  remove(sequence: Sequence): void;
  /** Tokens of a waiting sequence that neither the prefix cache nor an earlier step holds. */
  uncachedTokens(sequence: Sequence): number;
  /** Forgets every cached prefix that no live sequence holds. */
  flushCache(): void;
}
