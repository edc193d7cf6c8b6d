import assert from 'node:assert/strict';

import { Roster } from './roster.ts';
import type { Scheduler, SchedulerLimits } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import { StepDraft, type Step } from './step.ts';

/** Prompt tokens of one prefill batch: `max_prefill_tokens` of SGLang 0.2.14. */
const PREFILL_TOKENS_MAX = 16_384;

/** Output tokens that are reckoned with at most: `CLIP_MAX_NEW_TOKENS` of SGLang 0.2.14. */
const OUTPUT_TOKENS_CLIP = 4096;

/** Share of the outstanding output that is kept free: at first, at least, and less a step. */
const RATIO_IDLE = 0.7;
const RATIO_MIN = 0.1;
const RATIO_DECAY = 0.001;

/** Decode steps that must fit after a retraction: `retract_decode_steps`. */
const RETRACT_STEPS = 20;

/** SGLang 0.2.14 without its radix cache: prefill when one can be formed, else one decode step. */
export class SglangScheduler implements Scheduler {
  readonly roster: Roster = new Roster();
  readonly kvCapacityTokens: number;
  readonly #runningMax: number;
  readonly #chunkTokensMax: number;
  readonly #step = new StepDraft();
  #kvTokens = 0;
  #ratio = RATIO_IDLE;

  constructor(limits: SchedulerLimits) {
    assert(limits.kvCapacityTokens > limits.contextTokensMax, 'the longest request fits');
    this.kvCapacityTokens = limits.kvCapacityTokens;
    this.#runningMax = limits.runningSequencesMax;
    this.#chunkTokensMax = limits.stepTokensMax;
  }

  get kvTokens(): number {
    return this.#kvTokens;
  }

  add(sequence: Sequence): void {
    this.roster.enqueue(sequence);
  }

  plan(): Step | undefined {
    this.#step.clear();
    this.#planPrefill();
    if (this.#step.prefillTokens > 0) return this.#step;
    if (this.roster.running.length === 0) {
      this.#ratio = RATIO_IDLE;
      return undefined;
    }
    this.#planDecode();
    return this.#step;
  }

  complete(step: Step): void {
    this.roster.advance(step.batch, (sequence) => this.#release(sequence));
  }

  remove(sequence: Sequence): void {
    this.#release(sequence);
    this.roster.remove(sequence);
  }

  uncachedTokens(sequence: Sequence): number {
    return sequence.uncomputedTokens;
  }

  flushCache(): void {
    // The radix cache is off in the runs that this scheduler stands for.
  }

  get #freeTokens(): number {
    return this.kvCapacityTokens - this.#kvTokens;
  }

  /** Takes from the head of the queue what fits. A cut prompt stays there for the next step. */
  #planPrefill(): void {
    const { running, waiting } = this.roster;
    let budget = this.#freeTokens - this.#reservedTokens();
    let chunkLeft = this.#chunkTokensMax;
    while (running.length < this.#runningMax && chunkLeft > 0) {
      const head = waiting[0];
      if (head === undefined) return;
      const wanted = head.uncomputedTokens;
      const output = clippedOutput(head);
      const isCut = head.kvTokens > 0;
      if (!isCut && wanted + output >= budget) return;
      if (this.#step.prefillTokens > 0 && wanted + this.#step.prefillTokens > PREFILL_TOKENS_MAX) {
        return;
      }
      const piece = Math.min(wanted, chunkLeft);
      this.#take(head, piece);
      this.#step.addPrefill(piece);
      chunkLeft -= piece;
      budget -= piece;
      if (piece < wanted) return;
      budget -= output;
      this.roster.admitHead();
      this.#step.batch.push(head);
    }
  }

  /** Gives every running sequence one slot, after pushing some back where that would not fit. */
  #planDecode(): void {
    const { running } = this.roster;
    if (this.#freeTokens < running.length) this.#retract();
    else this.#ratio = Math.max(RATIO_MIN, this.#ratio - RATIO_DECAY);
    assert(this.#freeTokens >= running.length, 'one slot for each running sequence');
    for (const sequence of running) {
      this.#take(sequence, 1);
      this.#step.addDecode(sequence);
    }
  }

  /** Pushes back those with the least output, longest prompt first, until some steps fit. */
  #retract(): void {
    const { running } = this.roster;
    const victims = running
      .toReversed()
      .toSorted(
        (one, other) =>
          one.producedTokens - other.producedTokens || other.promptTokens - one.promptTokens,
      );
    for (const victim of victims) {
      if (running.length === 1 || this.#freeTokens >= RETRACT_STEPS * running.length) break;
      this.#release(victim);
      this.roster.sendBack(victim, 'back');
    }
    let produced = 0;
    let asked = 0;
    for (const sequence of running) {
      produced += sequence.producedTokens;
      asked += sequence.outputTokensAsked;
    }
    this.#ratio = Math.min(1, (produced + RETRACT_STEPS * running.length) / asked);
  }

  /** Tokens kept free for what the running sequences will still produce. */
  #reservedTokens(): number {
    let tokens = 0;
    for (const sequence of this.roster.running) tokens += clippedOutput(sequence) * this.#ratio;
    return tokens;
  }

  #take(sequence: Sequence, tokens: number): void {
    this.roster.start(sequence, 0);
    sequence.kvTokens += tokens;
    this.#kvTokens += tokens;
  }

  #release(sequence: Sequence): void {
    this.#kvTokens -= sequence.kvTokens;
    sequence.kvTokens = 0;
  }
}

/** Output tokens still to come, as far as the scheduler looks ahead. */
function clippedOutput(sequence: Sequence): number {
  return Math.min(sequence.outputTokensAsked - sequence.producedTokens, OUTPUT_TOKENS_CLIP);
}
