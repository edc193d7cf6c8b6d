import type { Scheduler } from '../../deploy/simulator/scheduler.ts';
import type { Sequence } from '../../deploy/simulator/sequence.ts';
import type { Step } from '../../deploy/simulator/step.ts';

/** What one step did, with its sequences by their place in the order of submission. */
export interface Planned {
  readonly prefill: number;
  readonly decodes: number;
  readonly batch: readonly number[];
}

/** Adds the sequences in order. */
export function addAll(scheduler: Scheduler, sequences: readonly Sequence[]): void {
  for (const sequence of sequences) scheduler.add(sequence);
}

/** Plans one step and completes it; `undefined` when there is none. */
export function turn(scheduler: Scheduler, known: readonly Sequence[]): Planned | undefined {
  const step = scheduler.plan();
  if (step === undefined) return undefined;
  const planned = read(step, known);
  scheduler.complete(step);
  return planned;
}

/** Runs the next `count` steps, fewer when the work ends. */
export function turns(scheduler: Scheduler, known: readonly Sequence[], count: number): Planned[] {
  const planned: Planned[] = [];
  while (planned.length < count) {
    const next = turn(scheduler, known);
    if (next === undefined) break;
    planned.push(next);
  }
  return planned;
}

function read(step: Step, known: readonly Sequence[]): Planned {
  return {
    prefill: step.prefillTokens,
    decodes: step.decodeSequences,
    batch: step.batch.map((sequence) => known.indexOf(sequence)),
  };
}
