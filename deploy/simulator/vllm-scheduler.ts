import assert from 'node:assert/strict';

import { Roster } from './roster.ts';
import type { Scheduler, SchedulerLimits } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import { StepDraft, type Step } from './step.ts';

/** Share of the blocks that a prefill must leave free: the `watermark` of vLLM 0.5.5. */
const WATERMARK_SHARE = 0.01;

/** vLLM 0.5.5, prefix caching and chunking off: a step is all prefills or all decodes. */
export class VllmScheduler implements Scheduler {
  readonly roster: Roster = new Roster();
  readonly kvCapacityTokens: number;
  readonly #limits: SchedulerLimits;
  readonly #watermarkBlocks: number;
  readonly #step = new StepDraft();
  #freeBlocks: number;
  #kvTokens = 0;

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
    this.#freeBlocks = Math.floor(limits.kvCapacityTokens / limits.kvBlockTokens);
    this.#watermarkBlocks = Math.floor(this.#freeBlocks * WATERMARK_SHARE);
    this.kvCapacityTokens = this.#freeBlocks * limits.kvBlockTokens;
    const longest = this.#blocksOf(limits.contextTokensMax);
    assert(longest + this.#watermarkBlocks <= this.#freeBlocks, 'the longest request fits');
    assert(limits.contextTokensMax <= limits.stepTokensMax, 'a step holds the longest prompt');
  }

  get kvTokens(): number {
    return this.#kvTokens;
  }

  add(sequence: Sequence): void {
    assert(sequence.outputTokensAsked >= 1, 'vLLM refuses max_tokens below 1');
    this.roster.enqueue(sequence);
  }

  plan(): Step | undefined {
    this.#step.clear();
    this.#planPrefill();
    if (this.#step.batch.length === 0) this.#planDecode();
    return this.#step.batch.length > 0 ? this.#step : undefined;
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
    // Prefix caching is off in the run that this scheduler stands for.
  }

  /** Takes whole prompts from the head of the queue until one does not fit. */
  #planPrefill(): void {
    const { running, waiting } = this.roster;
    while (running.length < this.#limits.runningSequencesMax) {
      const head = waiting[0];
      if (head === undefined) return;
      const tokens = head.contextTokens;
      if (this.#step.prefillTokens + tokens > this.#limits.stepTokensMax) return;
      if (this.#freeBlocks - this.#blocksOf(tokens) < this.#watermarkBlocks) return;
      this.roster.start(head, 0);
      this.#take(head, tokens);
      this.roster.admitHead();
      this.#step.addPrefill(tokens);
      this.#step.batch.push(head);
    }
  }

  /** Gives each running sequence a slot; the latest-admitted go back when blocks run out. */
  #planDecode(): void {
    const { running } = this.roster;
    for (let index = 0; index < running.length; index += 1) {
      const sequence = running[index];
      if (sequence === undefined) return;
      const needsBlock = sequence.kvTokens % this.#limits.kvBlockTokens === 0;
      while (needsBlock && this.#freeBlocks === 0 && sequence.phase === 'running') {
        this.#preemptLatest();
      }
      if (sequence.phase !== 'running') return;
      this.#take(sequence, 1);
      this.#step.addDecode(sequence);
    }
  }

  #preemptLatest(): void {
    const victim = this.roster.running.at(-1);
    assert(victim !== undefined, 'a sequence runs');
    this.#release(victim);
    this.roster.sendBack(victim, 'front');
  }

  #take(sequence: Sequence, tokens: number): void {
    this.#freeBlocks -=
      this.#blocksOf(sequence.kvTokens + tokens) - this.#blocksOf(sequence.kvTokens);
    sequence.kvTokens += tokens;
    this.#kvTokens += tokens;
  }

  #release(sequence: Sequence): void {
    this.#freeBlocks += this.#blocksOf(sequence.kvTokens);
    this.#kvTokens -= sequence.kvTokens;
    sequence.kvTokens = 0;
  }

  #blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#limits.kvBlockTokens);
  }
}
