import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { FrontEnd, type FrontEndCosts } from '../../../deploy/simulator/front-end.ts';
import type { Sequence } from '../../../deploy/simulator/sequence.ts';
import { aSequence, Told } from '../../support/simulated.ts';

const free: FrontEndCosts = { frontEndMsPerChunk: 0, chunkLossRate: 0, streamTailMs: 0 };

describe('a front end that costs nothing', () => {
  it('shows each token at the end of its step and ends the stream with the last', () => {
    const { told } = produce(free, 3);

    expect(told.counts).toEqual([1, 1, 1]);
    expect(told.timesMs).toEqual([10, 20, 30]);
    expect(told.finishedMs).toBe(30);
  });

  it('ends the stream a tail after the last token', () => {
    const { told } = produce({ ...free, streamTailMs: 50 }, 3);

    expect(told.timesMs.at(-1)).toBe(30);
    expect(told.finishedMs).toBe(80);
  });
});

describe('a front end that serves one token after another', () => {
  const busy = { ...free, frontEndMsPerChunk: 2 };

  it('shows a token when it leaves the server', () => {
    const { told } = produce(busy, 2);

    expect(told.timesMs).toEqual([12, 22]);
    expect(told.finishedMs).toBe(22);
  });

  it('serves the tokens of one step in the order of the batch', () => {
    const { clock, frontEnd } = aFrontEnd(busy);
    const told = [new Told(), new Told(), new Told()];
    for (const listener of told) oneMore(frontEnd, aSequence({ outputTokens: 5 }, listener), 10);

    clock.run();

    expect(told.map(({ timesMs }) => timesMs)).toEqual([[12], [14], [16]]);
  });

  it('lets the next step wait for the tokens of the one before', () => {
    const { clock, frontEnd } = aFrontEnd({ ...busy, frontEndMsPerChunk: 8 });
    const told = [new Told(), new Told()];
    const sequences = told.map((listener) => aSequence({ outputTokens: 5 }, listener));
    for (const atMs of [10, 20]) {
      for (const sequence of sequences) oneMore(frontEnd, sequence, atMs);
    }

    clock.run();

    expect(told.map(({ timesMs }) => timesMs)).toEqual([
      [18, 34],
      [26, 42],
    ]);
  });

  it('spends its time on a token that goes out with the next one, too', () => {
    const { told } = produce({ ...busy, frontEndMsPerChunk: 12, chunkLossRate: 1 }, 4);

    expect(told.counts).toEqual([1, 3]);
    expect(told.timesMs).toEqual([22, 22 + 3 * 12]);
  });

  it('ends the stream a tail after the last token has left it', () => {
    const { told } = produce({ ...busy, streamTailMs: 50 }, 1);

    expect(told.finishedMs).toBe(62);
  });
});

describe('the merging of chunks', () => {
  it.each([
    { tokens: 1, counts: [1] },
    { tokens: 2, counts: [1, 1] },
    { tokens: 3, counts: [1, 2] },
    { tokens: 6, counts: [1, 5] },
  ])('never holds back the first and the last of $tokens tokens', ({ tokens, counts }) => {
    expect(produce({ ...free, chunkLossRate: 1 }, tokens).told.counts).toEqual(counts);
  });

  it('loses the share of chunks that it is told to', () => {
    const { told } = produce({ ...free, chunkLossRate: 0.25 }, 100_000);

    expect(told.total).toBe(100_000);
    expect(told.counts.length / 100_000).toBeCloseTo(0.75, 2);
  });

  it('draws from the xorshift of the reference runs', () => {
    let state = 0x9e37_79b9;
    const wanted = [1];
    let held = 0;
    for (let token = 2; token < 60; token += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      held += 1;
      if ((state >>> 0) / 2 ** 32 < 0.3) continue;
      wanted.push(held);
      held = 0;
    }
    wanted.push(held + 1);

    expect(produce({ ...free, chunkLossRate: 0.3 }, 60).told.counts).toEqual(wanted);
  });

  it('draws alike for the same seed, a seed of 0 included', () => {
    const costs = { ...free, chunkLossRate: 0.5 };

    expect(produce(costs, 50, 3).told.counts).toEqual(produce(costs, 50, 3).told.counts);
    expect(produce(costs, 50, 0).told.counts).toEqual(produce(costs, 50).told.counts);
    expect(produce(costs, 50, 3).told.counts).not.toEqual(produce(costs, 50).told.counts);
  });

  it('tells every token once whatever the costs', () => {
    const anyCosts = fc.record({
      frontEndMsPerChunk: fc.constantFrom(0, 3, 15),
      chunkLossRate: fc.constantFrom(0, 0.3, 1),
      streamTailMs: fc.constantFrom(0, 50),
    });
    fc.assert(
      fc.property(anyCosts, fc.integer({ min: 1, max: 40 }), (costs, tokens) => {
        const { told } = produce(costs, tokens);
        expect(told.total).toBe(tokens);
        expect(told.timesMs).toEqual(told.timesMs.toSorted((one, other) => one - other));
        expect(told.finishedMs).toBe((told.timesMs.at(-1) ?? NaN) + costs.streamTailMs);
      }),
    );
  });
});

describe('an aborted sequence', () => {
  it('is told nothing that still lies in the server', () => {
    const { clock, frontEnd, sequence, told } = aFrontEnd({ ...free, frontEndMsPerChunk: 5 });
    oneMore(frontEnd, sequence, 10);

    sequence.isAborted = true;
    clock.run();

    expect(told.counts).toEqual([]);
  });

  it('is not told the end of its stream', () => {
    const { clock, frontEnd, sequence, told } = aFrontEnd({ ...free, streamTailMs: 50 }, 1);
    oneMore(frontEnd, sequence, 10);
    expect(told.counts).toEqual([1]);

    sequence.isAborted = true;
    clock.run();

    expect(told.finishedMs).toBeUndefined();
  });

  it('is not told the end when it leaves at its last token', () => {
    const { clock, frontEnd } = aFrontEnd(free);
    const told = new Told();
    const sequence = aSequence(
      { outputTokens: 1 },
      {
        tokens() {
          sequence.isAborted = true;
        },
        finished: (atMs) => told.finished(atMs),
      },
    );

    oneMore(frontEnd, sequence, 10);
    clock.run();

    expect(told.finishedMs).toBeUndefined();
  });
});

function aFrontEnd(
  costs: FrontEndCosts,
  outputTokens = 5,
  seed?: number,
): {
  readonly clock: VirtualClock;
  readonly frontEnd: FrontEnd;
  readonly sequence: Sequence;
  readonly told: Told;
} {
  const clock = new VirtualClock();
  const told = new Told();
  const sequence = aSequence({ outputTokens }, told);
  return { clock, frontEnd: new FrontEnd(costs, clock, seed), sequence, told };
}

/** One sequence that makes a token every 10 ms, and what its client was told. */
function produce(
  costs: FrontEndCosts,
  outputTokens: number,
  seed?: number,
): { readonly told: Told } {
  const { clock, frontEnd, sequence, told } = aFrontEnd(costs, outputTokens, seed);
  for (let token = 1; token <= outputTokens; token += 1) {
    clock.at(10 * token, () => oneMore(frontEnd, sequence, 10 * token));
  }
  clock.run();
  return { told };
}

/** A step has made one more token. */
function oneMore(frontEnd: FrontEnd, sequence: Sequence, atMs: number): void {
  sequence.producedTokens += 1;
  frontEnd.deliver(sequence, atMs);
}
