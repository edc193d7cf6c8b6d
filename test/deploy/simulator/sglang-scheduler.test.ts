import { describe, expect, it } from 'vitest';

import type { SchedulerLimits } from '../../../deploy/simulator/scheduler.ts';
import type { Sequence } from '../../../deploy/simulator/sequence.ts';
import { SglangScheduler } from '../../../deploy/simulator/sglang-scheduler.ts';
import { addAll, turn, turns } from '../../support/planned.ts';
import { aSequence, theLimits } from '../../support/simulated.ts';

describe('the prefill of SGLang 0.2', () => {
  it('comes before any decode', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20 }, { promptTokens: 30 }]);

    expect(turns(scheduler, sequences, 2)).toEqual([
      { prefill: 50, decodes: 0, batch: [0, 1] },
      { prefill: 0, decodes: 2, batch: [0, 1] },
    ]);
  });

  it('cuts the prompt that passes the chunk and goes on with it ahead of the queue', () => {
    const { scheduler, sequences } = aScheduler([
      { promptTokens: 40 },
      { promptTokens: 50 },
      { promptTokens: 10 },
    ]);

    expect(turns(scheduler, sequences, 3)).toEqual([
      { prefill: 64, decodes: 0, batch: [0] },
      { prefill: 36, decodes: 0, batch: [1, 2] },
      { prefill: 0, decodes: 3, batch: [0, 1, 2] },
    ]);
  });

  it('cuts a prompt that is longer than the chunk more than once', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 150 }], { contextTokensMax: 200 });

    expect(turns(scheduler, sequences, 3).map(({ prefill }) => prefill)).toEqual([64, 64, 22]);
  });

  it('counts a cut prompt as waiting, and what is left of it as not cached', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 40 }, { promptTokens: 50 }]);
    turn(scheduler, sequences);

    expect(scheduler.roster.waiting).toEqual([sequences[1]]);
    expect(scheduler.kvTokens).toBe(64);
    expect(sequences.map((sequence) => scheduler.uncachedTokens(sequence))).toEqual([1, 26]);
  });

  it('leaves a prompt uncut that fills the chunk exactly', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 40 }, { promptTokens: 24 }]);

    expect(turn(scheduler, sequences)).toEqual({ prefill: 64, decodes: 0, batch: [0, 1] });
  });

  it('lets no more run than allowed', () => {
    const { scheduler, sequences } = aScheduler(
      Array.from({ length: 3 }, () => ({ promptTokens: 5, outputTokens: 2 })),
      { runningSequencesMax: 2 },
    );

    expect(turns(scheduler, sequences, 3).map(({ batch }) => batch)).toEqual([[0, 1], [0, 1], [2]]);
  });

  it.each([
    { second: 29, batch: [0, 1] },
    { second: 30, batch: [0] },
  ])(
    'wants prompt and output strictly below the free slots: a second prompt of $second gives $batch',
    ({ second, batch }) => {
      const { scheduler, sequences } = aScheduler(
        [
          { promptTokens: 20, outputTokens: 10 },
          { promptTokens: second, outputTokens: 10 },
        ],
        { kvCapacityTokens: 70 },
      );

      expect(turn(scheduler, sequences)?.batch).toEqual(batch);
    },
  );

  it('keeps a share of the outstanding output free, a thousandth less after each decode step', () => {
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 100, outputTokens: 1000 },
        { promptTokens: 20, outputTokens: 500 },
      ],
      { kvCapacityTokens: 1300, contextTokensMax: 1200, stepTokensMax: 1200 },
    );
    const free = (decoded: number): number => 1200 - decoded;
    const kept = (decoded: number): number => (999 - decoded) * (0.7 - 0.001 * decoded);
    let decoded = 0;
    while (free(decoded) - kept(decoded) <= 520) decoded += 1;

    const batches = turns(scheduler, sequences, 60).map(({ batch }) => batch);

    expect(decoded).toBeGreaterThan(1);
    expect(batches.findIndex((batch) => batch.includes(1))).toBe(1 + decoded);
  });

  it('keeps the first share again after it was idle', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 1, outputTokens: 300 }], {
      kvCapacityTokens: 700,
      contextTokensMax: 600,
    });
    turns(scheduler, sequences, 400);
    const next = [
      aSequence({ promptTokens: 1, outputTokens: 500 }),
      // Fits below 699 free slots less a half of 499, not below those less 0.7 of them.
      aSequence({ promptTokens: 1, outputTokens: 400 }),
    ];
    addAll(scheduler, next);

    expect(turns(scheduler, next, 2).map(({ batch }) => batch)).toEqual([[0], [0]]);
  });

  it('looks no further ahead than 4096 output tokens', () => {
    const limits = { contextTokensMax: 9000, stepTokensMax: 9000, kvCapacityTokens: 9001 };
    const far = { promptTokens: 100, outputTokens: 8000 };
    const fits = aScheduler([far, far], limits);
    const doesNot = aScheduler([far, { promptTokens: 709, outputTokens: 8000 }], limits);

    expect(turn(fits.scheduler, fits.sequences)?.batch).toEqual([0, 1]);
    expect(turn(doesNot.scheduler, doesNot.sequences)?.batch).toEqual([0]);
  });

  it('takes no more than 16,384 prompt tokens, whatever the chunk', () => {
    const limits = { contextTokensMax: 20_000, stepTokensMax: 40_000, kvCapacityTokens: 100_000 };
    const fits = aScheduler([{ promptTokens: 10_000 }, { promptTokens: 6384 }], limits);
    const doesNot = aScheduler([{ promptTokens: 10_000 }, { promptTokens: 6385 }], limits);
    const alone = aScheduler([{ promptTokens: 17_000 }], limits);

    expect(turn(fits.scheduler, fits.sequences)?.prefill).toBe(16_384);
    expect(turn(doesNot.scheduler, doesNot.sequences)?.prefill).toBe(10_000);
    expect(turn(alone.scheduler, alone.sequences)?.prefill).toBe(17_000);
  });

  it('runs the prompt of a request for no token and gives one', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20, outputTokens: 0 }]);

    expect(turns(scheduler, sequences, 5)).toEqual([{ prefill: 20, decodes: 0, batch: [0] }]);
    expect(scheduler.roster.outputTokensTotal).toBe(1);
    expect(scheduler.kvTokens).toBe(0);
  });
});

describe('the decode of SGLang 0.2', () => {
  it('gives each running sequence a slot and reads what they hold', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20 }, { promptTokens: 30 }]);
    turn(scheduler, sequences);

    expect(scheduler.plan()).toMatchObject({ decodeSequences: 2, decodeKvTokens: 52 });
  });

  it('pushes back those with the least output, longest prompt first, when slots run out', () => {
    const { scheduler, sequences } = aCrowd();

    runUntilRetraction(scheduler, sequences);

    // Both younger ones have made as much; the one with the longer prompt goes first, and that is
    // enough.
    expect(scheduler.roster.waiting).toEqual([sequences[2]]);
    expect(scheduler.roster.running).toEqual([sequences[0], sequences[1]]);
  });

  it('pushes back the latest-admitted among equals', () => {
    const { scheduler, sequences } = aCrowd([17, 17]);

    runUntilRetraction(scheduler, sequences);

    expect(scheduler.roster.waiting).toEqual([sequences[2]]);
  });

  it('computes prompt and output again for one that was pushed back', () => {
    const { scheduler, sequences } = aCrowd();
    runUntilRetraction(scheduler, sequences);
    const made = sequences[2]?.producedTokens ?? NaN;
    expect(sequences[2]).toMatchObject({ kvTokens: 0, phase: 'waiting' });

    const again = turns(scheduler, sequences, 2000).find(({ prefill }) => prefill > 0);

    expect(again).toEqual({ prefill: 30 + made, decodes: 0, batch: [2] });
    expect(sequences[2]?.producedTokens).toBe(800);
    expect(scheduler.roster.promptTokensTotal).toBe(45);
  });

  it('puts those pushed back behind the queue', () => {
    const { scheduler, sequences } = aCrowd();
    const behind = aSequence({ promptTokens: 60, outputTokens: 1000 });
    scheduler.add(behind);

    runUntilRetraction(scheduler, sequences);

    expect(scheduler.roster.waiting).toEqual([behind, sequences[2]]);
  });

  it('keeps the last one that runs, though few steps fit', () => {
    const first = aSequence({ promptTokens: 300, outputTokens: 700 });
    const second = aSequence({ promptTokens: 1, outputTokens: 25 });
    const scheduler = new SglangScheduler(
      theLimits({ kvCapacityTokens: 1001, contextTokensMax: 1000, stepTokensMax: 1000 }),
    );
    scheduler.add(first);
    turns(scheduler, [first], 671);
    scheduler.add(second);

    runUntilRetraction(scheduler, [first, second]);

    expect(scheduler.roster.running).toEqual([first]);
    expect(scheduler.kvCapacityTokens - scheduler.kvTokens).toBeLessThan(20);
    turns(scheduler, [first, second], 60);
    expect([first.producedTokens, second.producedTokens]).toEqual([700, 25]);
  });

  it.each([
    { extra: 0, prefills: true },
    { extra: 1, prefills: false },
  ])(
    'then keeps free as much as those that stay proved to need: $extra more than fits prefills $prefills',
    ({ extra, prefills }) => {
      const { scheduler, sequences } = aCrowd();
      runUntilRetraction(scheduler, sequences);
      const made = sum(scheduler.roster.running.map(({ producedTokens }) => producedTokens));
      // Reckoned before the step that just gave both of them a token.
      const share = (made - 2 + 2 * 20) / 1800;
      const budget = scheduler.kvCapacityTokens - scheduler.kvTokens - (1800 - made) * share;
      scheduler.remove(sequences[2] ?? aSequence());

      const next = aSequence({ promptTokens: Math.ceil(budget) - 2 + extra, outputTokens: 1 });
      scheduler.add(next);

      expect(share).toBeLessThan(1);
      expect((turn(scheduler, [next])?.prefill ?? 0) > 0).toBe(prefills);
    },
  );
});

describe('the room of SGLang 0.2', () => {
  it.each([
    { kvCapacityTokens: 65, fits: true },
    { kvCapacityTokens: 64, fits: false },
  ])(
    'of $kvCapacityTokens slots for a context of 64 is enough: $fits',
    ({ kvCapacityTokens, fits }) => {
      const make = (): SglangScheduler => new SglangScheduler(theLimits({ kvCapacityTokens }));

      if (fits) expect(make().kvCapacityTokens).toBe(kvCapacityTokens);
      else expect(make).toThrow('the longest request fits');
    },
  );

  it('is free again after a cut prompt was taken out', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 40 }, { promptTokens: 50 }]);
    turn(scheduler, sequences);

    for (const sequence of sequences) scheduler.remove(sequence);

    expect(scheduler.kvTokens).toBe(0);
    expect(scheduler.plan()).toBeUndefined();
  });

  it('has nothing to flush', () => {
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
): { readonly scheduler: SglangScheduler; readonly sequences: readonly Sequence[] } {
  const scheduler = new SglangScheduler(theLimits(limits));
  const sequences = wanted.map((facts) => aSequence(facts));
  addAll(scheduler, sequences);
  return { scheduler, sequences };
}

/**
 * Three that were let in on the hope that the first stops early, which it does not: slots run out.
 */
function aCrowd(prompts = [5, 30]): {
  readonly scheduler: SglangScheduler;
  readonly sequences: readonly Sequence[];
} {
  const sequences = [
    aSequence({ promptTokens: 10, outputTokens: 1000 }),
    ...prompts.map((promptTokens) => aSequence({ promptTokens, outputTokens: 800 })),
  ];
  const scheduler = new SglangScheduler(
    theLimits({ kvCapacityTokens: 2346, contextTokensMax: 1200, stepTokensMax: 1200 }),
  );
  addAll(scheduler, sequences.slice(0, 1));
  turn(scheduler, sequences);
  addAll(scheduler, sequences.slice(1));
  turn(scheduler, sequences);
  return { scheduler, sequences };
}

/** Runs steps up to the one before which a sequence was pushed back. */
function runUntilRetraction(scheduler: SglangScheduler, sequences: readonly Sequence[]): void {
  for (let step = 0; scheduler.roster.preemptions === 0; step += 1) {
    expect(step).toBeLessThan(1000);
    turn(scheduler, sequences);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
