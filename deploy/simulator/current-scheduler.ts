import assert from 'node:assert/strict';

import { BlockPool } from './block-pool.ts';
import { Roster } from './roster.ts';
import type { Scheduler, SchedulerLimits } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import { StepDraft, type Step } from './step.ts';

/**
 * What engines do today: each step has one token budget, spent on running sequences first and then
 * on chunks of waiting prompts; KV lies in blocks that requests with a common prefix share; for the
 * lack of a block the latest-admitted sequence is computed again.
 */
export class CurrentScheduler implements Scheduler {
  readonly roster: Roster = new Roster();
  readonly kvCapacityTokens: number;
  readonly #limits: SchedulerLimits;
  readonly #pool: BlockPool;
  readonly #step = new StepDraft();
  #budget = 0;

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
    this.#pool = new BlockPool(Math.floor(limits.kvCapacityTokens / limits.kvBlockTokens));
    this.kvCapacityTokens = this.#pool.blockCount * limits.kvBlockTokens;
    assert(limits.contextTokensMax <= this.kvCapacityTokens, 'the longest request fits');
    assert(limits.stepTokensMax >= limits.runningSequencesMax, 'a step holds all decodes');
  }

  get kvTokens(): number {
    return (this.#pool.blockCount - this.#pool.idleCount) * this.#limits.kvBlockTokens;
  }

  add(sequence: Sequence): void {
    this.roster.enqueue(sequence);
  }

  plan(): Step | undefined {
    const { roster } = this;
    this.#step.clear();
    this.#budget = this.#limits.stepTokensMax;
    const preemptions = roster.preemptions;
    this.#planRunning();
    // What was just pushed out for the lack of room would take that room again.
    if (roster.preemptions === preemptions) this.#planWaiting();
    return roster.running.length > 0 ? this.#step : undefined;
  }

  complete(step: Step): void {
    this.roster.advance(step.batch, (sequence) => this.#release(sequence));
  }

  remove(sequence: Sequence): void {
    this.#release(sequence);
    this.roster.remove(sequence);
  }

  uncachedTokens(sequence: Sequence): number {
    return sequence.contextTokens - this.#findPrefix(sequence).length * this.#limits.kvBlockTokens;
  }

  flushCache(): void {
    this.#pool.forgetIdle();
  }

  /** Only the latest-admitted prompt can be unfinished, so decodes come before chunks. */
  #planRunning(): void {
    const { running } = this.roster;
    for (let index = 0; index < running.length; index += 1) {
      const sequence = running[index];
      if (sequence === undefined) return;
      const tokens = Math.min(sequence.uncomputedTokens, this.#budget);
      while (this.#blocksWanted(sequence, tokens) > this.#pool.idleCount) {
        this.#preemptLatest();
        if (sequence.phase !== 'running') return;
      }
      this.#compute(sequence, tokens);
    }
  }

  #planWaiting(): void {
    const { running, waiting } = this.roster;
    while (running.length < this.#limits.runningSequencesMax && this.#budget > 0) {
      const head = waiting[0];
      if (head === undefined) return;
      const prefix = this.#findPrefix(head);
      const cachedTokens = prefix.length * this.#limits.kvBlockTokens;
      const tokens = Math.min(head.contextTokens - cachedTokens, this.#budget);
      const blocks = this.#blocksOf(cachedTokens + tokens) - prefix.length;
      if (blocks > this.#pool.idleCount - this.#pool.countIdle(prefix)) return;
      for (const block of prefix) {
        this.#pool.hold(block);
        head.blocks.push(block);
      }
      head.kvTokens = cachedTokens;
      this.roster.start(head, Math.min(cachedTokens, head.promptTokens));
      this.roster.admitHead();
      this.#compute(head, tokens);
    }
  }

  /** Spends budget on a running sequence's next tokens; blocks that they fill can be found. */
  #compute(sequence: Sequence, tokens: number): void {
    const isDecode = sequence.producedTokens > 0 && sequence.uncomputedTokens === 1;
    const blockTokens = this.#limits.kvBlockTokens;
    const filledBefore = Math.floor(sequence.kvTokens / blockTokens);
    for (let wanted = this.#blocksWanted(sequence, tokens); wanted > 0; wanted -= 1) {
      sequence.blocks.push(this.#pool.take());
    }
    sequence.kvTokens += tokens;
    this.#budget -= tokens;
    const filled = Math.floor(sequence.kvTokens / blockTokens);
    for (let index = filledBefore; index < filled; index += 1) {
      const block = sequence.blocks[index];
      const name = sequence.blockHashes[index];
      if (block !== undefined && name !== undefined) this.#pool.name(block, name);
    }
    if (isDecode) return this.#step.addDecode(sequence);
    this.#step.addPrefill(tokens);
    if (sequence.uncomputedTokens === 0) this.#step.batch.push(sequence);
  }

  #preemptLatest(): void {
    const victim = this.roster.running.at(-1);
    assert(victim !== undefined, 'a sequence runs');
    this.#release(victim);
    this.roster.sendBack(victim, 'front');
  }

  #release(sequence: Sequence): void {
    this.#pool.release(sequence.blocks);
    sequence.kvTokens = 0;
  }

  /** Cached blocks to start from. The last token is always computed: it yields the next one. */
  #findPrefix(sequence: Sequence): readonly number[] {
    const { kvBlockTokens } = this.#limits;
    const countMax = Math.floor((sequence.contextTokens - 1) / kvBlockTokens);
    return this.#pool.find(sequence.blockHashes, countMax);
  }

  /** Blocks that a running sequence lacks to compute its next tokens. */
  #blocksWanted(sequence: Sequence, tokens: number): number {
    return this.#blocksOf(sequence.kvTokens + tokens) - sequence.blocks.length;
  }

  #blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#limits.kvBlockTokens);
  }
}
