import assert from 'node:assert/strict';

import type { Sequence } from './sequence.ts';

/** Who waits and who runs, in order, with the counts that an engine's own metrics show. */
export class Roster {
  readonly #waiting: Sequence[] = [];
  readonly #running: Sequence[] = [];
  #preemptions = 0;
  #promptTokensTotal = 0;
  #cachedTokensTotal = 0;
  #outputTokensTotal = 0;

  get waiting(): readonly Sequence[] {
    return this.#waiting;
  }

  get running(): readonly Sequence[] {
    return this.#running;
  }

  get preemptions(): number {
    return this.#preemptions;
  }

  get promptTokensTotal(): number {
    return this.#promptTokensTotal;
  }

  get cachedTokensTotal(): number {
    return this.#cachedTokensTotal;
  }

  get outputTokensTotal(): number {
    return this.#outputTokensTotal;
  }

  /** Puts a new sequence at the end of the queue. */
  enqueue(sequence: Sequence): void {
    this.#waiting.push(sequence);
  }

  /** Counts the prompt of a sequence that takes its first KV; later calls for it count nothing. */
  start(sequence: Sequence, cachedTokens: number): void {
    if (sequence.hasStarted) return;
    sequence.hasStarted = true;
    sequence.cachedTokens = cachedTokens;
    this.#promptTokensTotal += sequence.promptTokens;
    this.#cachedTokensTotal += cachedTokens;
  }

  /** Moves the head of the queue to the end of the running list. */
  admitHead(): void {
    const sequence = this.#waiting.shift();
    assert(sequence !== undefined, 'a sequence waits');
    sequence.phase = 'running';
    this.#running.push(sequence);
  }

  /**
   * Moves a running sequence, its KV already freed, to one end of the queue to be computed again.
   */
  sendBack(sequence: Sequence, end: 'front' | 'back'): void {
    takeOut(this.#running, sequence);
    sequence.phase = 'waiting';
    if (end === 'front') this.#waiting.unshift(sequence);
    else this.#waiting.push(sequence);
    this.#preemptions += 1;
  }

  /** Gives each of the batch that still runs a token; those that have all of theirs end. */
  advance(batch: readonly Sequence[], release: (sequence: Sequence) => void): void {
    let ended = 0;
    for (const sequence of batch) {
      if (sequence.phase !== 'running') continue;
      sequence.producedTokens += 1;
      this.#outputTokensTotal += 1;
      if (sequence.producedTokens < sequence.outputTokens) continue;
      sequence.phase = 'ended';
      release(sequence);
      ended += 1;
    }
    if (ended > 0) this.#dropEnded();
  }

  /** Takes a sequence out of the list in which it stands; one that has ended stands in none. */
  remove(sequence: Sequence): void {
    if (sequence.phase === 'ended') return;
    takeOut(sequence.phase === 'waiting' ? this.#waiting : this.#running, sequence);
    sequence.phase = 'ended';
  }

  /** Closes the gaps in the running list without changing the order of the others. */
  #dropEnded(): void {
    let kept = 0;
    for (const sequence of this.#running) {
      if (sequence.phase === 'ended') continue;
      this.#running[kept] = sequence;
      kept += 1;
    }
    this.#running.length = kept;
  }
}

function takeOut(list: Sequence[], sequence: Sequence): void {
  const index = list.lastIndexOf(sequence);
  assert(index >= 0, 'the sequence stands in its list');
  list.splice(index, 1);
}
