import { describe, expect, it } from 'vitest';

import { CurrentScheduler } from '../../../deploy/simulator/current-scheduler.ts';
import type { SimulatedRequest } from '../../../deploy/simulator/engine.ts';
import type { SchedulerLimits } from '../../../deploy/simulator/scheduler.ts';
import type { Sequence } from '../../../deploy/simulator/sequence.ts';
import { addAll, turn, turns } from '../../support/planned.ts';
import { aSequence, theLimits } from '../../support/simulated.ts';

describe('the token budget of a step', () => {
  it('goes to running decodes first and to waiting prompts with what is left', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20 }, { promptTokens: 30 }]);
    turn(scheduler, sequences);
    const late = aSequence({ promptTokens: 40 });
    scheduler.add(late);

    expect(turn(scheduler, [...sequences, late])).toEqual({
      prefill: 40,
      decodes: 2,
      batch: [0, 1, 2],
    });
  });

  it('cuts the prompt that passes it and goes on with the rest after the decodes', () => {
    const { scheduler, sequences } = aScheduler([
      { promptTokens: 40 },
      { promptTokens: 50 },
      { promptTokens: 10 },
    ]);

    expect(turns(scheduler, sequences, 3)).toEqual([
      { prefill: 64, decodes: 0, batch: [0] },
      { prefill: 36, decodes: 1, batch: [0, 1, 2] },
      { prefill: 0, decodes: 3, batch: [0, 1, 2] },
    ]);
  });

  it('is not passed by decodes and a chunk together', () => {
    const { scheduler, sequences } = aScheduler(
      [...Array.from({ length: 7 }, () => ({ promptTokens: 4 })), { promptTokens: 60 }],
      { stepTokensMax: 40 },
    );

    const planned = turns(scheduler, sequences, 4);

    expect(planned.map(({ prefill, decodes }) => [prefill, decodes])).toEqual([
      [40, 0],
      [33, 7],
      [15, 7],
      [0, 8],
    ]);
  });

  it('lets no more run than allowed', () => {
    const { scheduler, sequences } = aScheduler(
      Array.from({ length: 3 }, () => ({ promptTokens: 4, outputTokens: 2 })),
      { runningSequencesMax: 2 },
    );

    expect(turns(scheduler, sequences, 3).map(({ batch }) => batch)).toEqual([[0, 1], [0, 1], [2]]);
  });

  it('reads the KV of decoding sequences only', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20 }]);
    turn(scheduler, sequences);
    scheduler.add(aSequence({ promptTokens: 40 }));

    expect(scheduler.plan()).toMatchObject({ decodeSequences: 1, decodeKvTokens: 21 });
  });

  it('runs the prompt of a request for no token and gives one', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 20, outputTokens: 0 }]);

    expect(turns(scheduler, sequences, 5)).toEqual([{ prefill: 20, decodes: 0, batch: [0] }]);
    expect(scheduler.kvTokens).toBe(0);
  });
});

describe('the blocks of the current scheduler', () => {
  it('count whole, from the chunk that first needs them', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 62 }, { promptTokens: 9 }]);

    turn(scheduler, sequences);
    // 62 tokens in 16 blocks, and the first two tokens of the other in one.
    expect(scheduler.kvTokens).toBe(17 * 4);
    turn(scheduler, sequences);
    // A decode in its block's free slot; nine tokens in three blocks.
    expect(scheduler.kvTokens).toBe(19 * 4);
  });

  it('are all free when the sequences have ended', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 62, outputTokens: 2 }, {}]);

    turns(scheduler, sequences, 50);

    expect(scheduler.kvTokens).toBe(0);
  });

  it('run out: the latest-admitted goes back to the front of the queue, and nobody else comes in', () => {
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 8, outputTokens: 9 },
        { promptTokens: 8, outputTokens: 9 },
        { promptTokens: 4, outputTokens: 9 },
      ],
      { kvCapacityTokens: 20, contextTokensMax: 20 },
    );

    // Five blocks hold the prompts; the first decode of the first wants a sixth, of the second a
    // seventh.
    expect(turns(scheduler, sequences, 2).map(({ batch }) => batch)).toEqual([[0, 1, 2], [0]]);
    expect(scheduler.roster.waiting).toEqual([sequences[1], sequences[2]]);
    expect(scheduler.roster.preemptions).toBe(2);
  });

  it('that were just taken from a sequence are not given back to it in the same step', () => {
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 8, outputTokens: 9 },
        { promptTokens: 8, outputTokens: 9 },
      ],
      { kvCapacityTokens: 20, contextTokensMax: 20, stepTokensMax: 8 },
    );

    // In the fourth step the second sequence lacks a block; a chunk of it would fit into the two
    // that it frees.
    expect(turns(scheduler, sequences, 4).map(({ prefill }) => prefill)).toEqual([8, 7, 1, 0]);
    expect(scheduler.roster.waiting).toEqual([sequences[1]]);
  });

  it('are computed again for one that was sent back, its output included', () => {
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
      { prefill: 9, decodes: 0, batch: [1] },
      { prefill: 0, decodes: 1, batch: [1] },
    ]);
    expect(scheduler.roster).toMatchObject({ promptTokensTotal: 16, outputTokensTotal: 6 });
  });

  it('let the last one run that is left, to the last slot', () => {
    const { scheduler, sequences } = aScheduler([{ promptTokens: 8, outputTokens: 9 }], {
      kvCapacityTokens: 16,
      contextTokensMax: 16,
    });

    expect(turns(scheduler, sequences, 20)).toHaveLength(9);
  });
});

describe('the prefix cache of the current scheduler', () => {
  const first = { promptTokens: 14, blockHashes: [1, 2, 3] };

  it('saves a later prompt the full blocks that it shares', () => {
    const { scheduler, sequences } = aScheduler([first]);
    turns(scheduler, sequences, 50);
    const later = aSequence({ promptTokens: 20, blockHashes: [1, 2, 99] });
    scheduler.add(later);

    expect(scheduler.uncachedTokens(later)).toBe(12);
    expect(turn(scheduler, [later])?.prefill).toBe(12);
    expect(later.cachedTokens).toBe(8);
    expect(scheduler.roster).toMatchObject({ promptTokensTotal: 34, cachedTokensTotal: 8 });
  });

  it('is shared by sequences that run together, and a shared block counts once', () => {
    const { scheduler, sequences } = aScheduler([first, { ...first, promptTokens: 15 }]);

    expect(turn(scheduler, sequences)).toMatchObject({ prefill: 14 + 3, batch: [0, 1] });
    // Three shared blocks, and one of each for its own tail.
    expect(scheduler.kvTokens).toBe(5 * 4);
  });

  it.each([
    { promptTokens: 12, cached: 8 },
    { promptTokens: 13, cached: 12 },
  ])(
    'leaves the last token of a prompt of $promptTokens to be computed: $cached come from it',
    ({ promptTokens, cached }) => {
      const { scheduler, sequences } = aScheduler([first]);
      turns(scheduler, sequences, 50);
      const later = aSequence({ promptTokens, blockHashes: [1, 2, 3] });
      scheduler.add(later);
      turn(scheduler, [later]);

      expect(later.cachedTokens).toBe(cached);
    },
  );

  it('also serves one that comes back after it was pushed out', () => {
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 8, outputTokens: 3, blockHashes: [] },
        { promptTokens: 8, outputTokens: 8, blockHashes: [5, 6] },
      ],
      { kvCapacityTokens: 16, contextTokensMax: 16 },
    );

    // The second block is gone to the other sequence; of the nine tokens the first four are still
    // there.
    expect(turns(scheduler, sequences, 4).map(({ prefill }) => prefill)).toEqual([16, 0, 0, 5]);
    expect(sequences[1]?.cachedTokens).toBe(0);
  });

  it('does not count as room that is in use', () => {
    const { scheduler, sequences } = aScheduler([first]);
    turns(scheduler, sequences, 50);

    expect(scheduler.kvTokens).toBe(0);
  });

  it('gives up the prefix that was idle for longest when room is needed', () => {
    const limits = { kvCapacityTokens: 32, contextTokensMax: 32 };
    const { scheduler, sequences } = aScheduler(
      [
        { promptTokens: 8, outputTokens: 1, blockHashes: [1, 2] },
        { promptTokens: 8, outputTokens: 1, blockHashes: [3, 4] },
      ],
      limits,
    );
    turns(scheduler, sequences, 50);
    const large = aSequence({ promptTokens: 24, outputTokens: 1 });
    scheduler.add(large);
    turn(scheduler, [large]);

    const [one, other] = [
      [1, 2, 9],
      [3, 4, 9],
    ].map((blockHashes) => aSequence({ promptTokens: 9, blockHashes }));
    expect(one && scheduler.uncachedTokens(one)).toBe(9);
    expect(other && scheduler.uncachedTokens(other)).toBe(1);
  });

  it('does not let a prompt in on room that its own prefix takes', () => {
    const limits = { kvCapacityTokens: 24, contextTokensMax: 24 };
    const { scheduler, sequences } = aScheduler(
      [{ promptTokens: 12, blockHashes: [1, 2, 3] }],
      limits,
    );
    turns(scheduler, sequences, 50);
    // Six blocks: three idle with the prefix, two for the other, and one for the rest of the
    // prompt.
    const other = aSequence({ promptTokens: 8, outputTokens: 1 });
    const fits = aSequence({ promptTokens: 16, blockHashes: [1, 2, 3], outputTokens: 1 });
    const doesNot = aSequence({ promptTokens: 17, blockHashes: [1, 2, 3], outputTokens: 1 });
    const known = [other, fits, doesNot];

    addAll(scheduler, [other, doesNot]);
    expect(turn(scheduler, known)?.batch).toEqual([0]);
    expect(turn(scheduler, known)).toEqual({ prefill: 5, decodes: 0, batch: [2] });

    const again = aSequence({ promptTokens: 8, outputTokens: 1 });
    addAll(scheduler, [again, fits]);
    expect(turn(scheduler, [again, fits])?.batch).toEqual([0, 1]);
  });

  it('is forgotten on demand', () => {
    const { scheduler, sequences } = aScheduler([first]);
    turns(scheduler, sequences, 50);

    scheduler.flushCache();

    expect(scheduler.uncachedTokens(aSequence({ promptTokens: 14, blockHashes: [1, 2, 3] }))).toBe(
      14,
    );
  });

  it('holds output blocks as well where they have names', () => {
    const { scheduler, sequences } = aScheduler([
      { promptTokens: 4, outputTokens: 6, blockHashes: [1, 2] },
    ]);
    turns(scheduler, sequences, 50);

    expect(scheduler.uncachedTokens(aSequence({ promptTokens: 9, blockHashes: [1, 2] }))).toBe(1);
  });
});

describe('the room of the current scheduler', () => {
  it('is whole blocks', () => {
    expect(aScheduler([], { kvCapacityTokens: 1027 }).scheduler.kvCapacityTokens).toBe(1024);
  });

  it.each([
    {
      fact: 'the longest request',
      limits: { kvCapacityTokens: 63 },
      says: 'the longest request fits',
    },
    { fact: 'all decodes', limits: { stepTokensMax: 7 }, says: 'a step holds all decodes' },
  ])('must hold $fact', ({ limits, says }) => {
    expect(() => new CurrentScheduler(theLimits(limits))).toThrow(says);
  });
});

function aScheduler(
  wanted: readonly Partial<SimulatedRequest>[],
  limits: Partial<SchedulerLimits> = {},
): { readonly scheduler: CurrentScheduler; readonly sequences: readonly Sequence[] } {
  const scheduler = new CurrentScheduler(theLimits(limits));
  const sequences = wanted.map((facts) => aSequence(facts));
  addAll(scheduler, sequences);
  return { scheduler, sequences };
}
