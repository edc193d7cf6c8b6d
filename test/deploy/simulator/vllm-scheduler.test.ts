import { describe, expect, it } from 'vitest';

import type { SchedulerLimits } from '../../../deploy/simulator/scheduler.ts';
import type { Sequence } from '../../../deploy/simulator/sequence.ts';
import { VllmScheduler } from '../../../deploy/simulator/vllm-scheduler.ts';
import { addAll, turn, turns } from '../../support/planned.ts';
import { aSequence, theLimits } from '../../support/simulated.ts';

describe('the prefill of vLLM 0.5', () => {
  it('takes whole prompts, first come first served, before any decode', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20 }, { promptTokens: 30 }]);

    expect(turns(scheduler, sequences, 2)).toEqual([
      { prefill: 50, decodes: 0, batch: [0, 1] },
      { prefill: 0, decodes: 2, batch: [0, 1] },
    ]);
  });

  it.each([
    { last: 24, batch: [0, 1] },
    { last: 25, batch: [0] },
  ])('takes a prompt of $last tokens after one of 40: $batch', ({ last, batch }) => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 40 }, { promptTokens: last }]);

    expect(turn(scheduler, sequences)?.batch).toEqual(batch);
  });

  it('stops at the first prompt that does not fit, though one behind it would', () => {
    const { scheduler, sequences } = aScheduler([
      { promptTokens: 40 },
      { promptTokens: 30 },
      { promptTokens: 1 },
    ]);

    expect(turn(scheduler, sequences)?.batch).toEqual([0]);
    expect(turn(scheduler, sequences)?.batch).toEqual([1, 2]);
  });

  it('lets no more run than allowed', () => {
    const { scheduler, sequences } = aScheduler(
      Array.from({ length: 4 }, () => ({ promptTokens: 5, outputTokens: 2 })),
      { runningSequencesMax: 3 },
    );

    expect(turns(scheduler, sequences, 3).map(({ batch }) => batch)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [3],
    ]);
  });

  it.each([
    { second: 200, batch: [0, 1] },
    { second: 201, batch: [0] },
  ])('keeps one of 100 blocks free: after 49, $second tokens give $batch', ({ second, batch }) => {
    const limits = { kvCapacityTokens: 400, contextTokensMax: 300, stepTokensMax: 400 };
    const { scheduler, sequences } = aScheduler(
      [{ promptTokens: 196 }, { promptTokens: second }],
      limits,
    );

    expect(turn(scheduler, sequences)?.batch).toEqual(batch);
  });

  it('counts a partly filled block whole', () => {
    const limits = { kvCapacityTokens: 400, contextTokensMax: 200, stepTokensMax: 400 };
    const { scheduler, sequences } = aScheduler(
      [{ promptTokens: 197 }, { promptTokens: 196 }, { promptTokens: 1 }],
      limits,
    );

    // 50 and 49 blocks leave the one that must stay free.
    expect(turn(scheduler, sequences)?.batch).toEqual([0, 1]);
  });

  it('does not run a request for no token', () => {
    const { scheduler } = aScheduler([]);

    expect(() => scheduler.add(aSequence({ outputTokens: 0 }))).toThrow('max_tokens below 1');
  });
});

describe('the decode of vLLM 0.5', () => {
  it('gives each running sequence a slot and reads what they hold', () => {
    const { scheduler } = aScheduler([{ promptTokens: 20 }, { promptTokens: 30 }]);
    scheduler.complete(plan(scheduler));

    expect(plan(scheduler)).toMatchObject({ decodeSequences: 2, decodeKvTokens: 52 });
    expect(scheduler.kvTokens).toBe(52);
  });

  it('sends the latest-admitted back to the front of the queue when no block is left', () => {
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 7, outputTokens: 9 },
        { promptTokens: 7, outputTokens: 9 },
        { promptTokens: 7, outputTokens: 9 },
        { promptTokens: 7, outputTokens: 9 },
      ],
      { kvCapacityTokens: 32, contextTokensMax: 16 },
    );

    // Four times two blocks of four fill the cache of eight; the ninth token of each wants a third.
    expect(turns(scheduler, sequences, 3).map(({ batch }) => batch)).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [0, 1],
    ]);
    expect(scheduler.roster.waiting).toEqual([sequences[2], sequences[3]]);
    expect(scheduler.roster.preemptions).toBe(2);
  });

  it('computes prompt and output again for one that was sent back', () => {
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 8, outputTokens: 3 },
        { promptTokens: 8, outputTokens: 8 },
      ],
      { kvCapacityTokens: 16, contextTokensMax: 16 },
    );

    expect(turns(scheduler, sequences, 5)).toEqual([
      { prefill: 16, decodes: 0, batch: [0, 1] },
      { prefill: 0, decodes: 1, batch: [0] },
      { prefill: 0, decodes: 1, batch: [0] },
      // Eight prompt tokens and the one that it had made.
      { prefill: 9, decodes: 0, batch: [1] },
      { prefill: 0, decodes: 1, batch: [1] },
    ]);
    expect(scheduler.roster).toMatchObject({ promptTokensTotal: 16, outputTokensTotal: 6 });
  });

  it('lets the last one run that is left, to the last slot', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 8, outputTokens: 8 }], {
      kvCapacityTokens: 16,
      contextTokensMax: 16,
    });

    expect(turns(scheduler, sequences, 20)).toHaveLength(8);
    expect(scheduler.kvTokens).toBe(0);
  });
});

describe('the room of vLLM 0.5', () => {
  it('is whole blocks', () => {
    const { scheduler } = aScheduler([], { kvCapacityTokens: 1027 });

    expect(scheduler.kvCapacityTokens).toBe(1024);
  });

  it.each([
    { fact: 'the KV cache', limits: { kvCapacityTokens: 63 }, says: 'the longest request fits' },
    { fact: 'a step', limits: { stepTokensMax: 63 }, says: 'a step holds the longest prompt' },
  ])('must hold the longest request in $fact', ({ limits, says }) => {
    expect(() => new VllmScheduler(theLimits(limits))).toThrow(says);
  });

  it('counts waiting prompts as not cached, and has nothing to flush', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 12 }]);
    scheduler.flushCache();

    expect(sequences.map((sequence) => scheduler.uncachedTokens(sequence))).toEqual([12]);
  });
});

interface Wanted {
  readonly promptTokens: number;
  readonly outputTokens?: number;
}

function aScheduler(
  wanted: readonly Wanted[],
  limits: Partial<SchedulerLimits> = {},
): { readonly scheduler: VllmScheduler; readonly sequences: readonly Sequence[] } {
  const scheduler = new VllmScheduler(theLimits(limits));
  const sequences = wanted.map((facts) => aSequence(facts));
  addAll(scheduler, sequences);
  return { scheduler, sequences };
}

function plan(scheduler: VllmScheduler): NonNullable<ReturnType<VllmScheduler['plan']>> {
  const step = scheduler.plan();
  if (step === undefined) throw new Error('nothing to do');
  return step;
}
