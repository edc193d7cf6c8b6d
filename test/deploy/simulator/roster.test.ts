import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Roster } from '../../../deploy/simulator/roster.ts';
import type { Sequence } from '../../../deploy/simulator/sequence.ts';
import { aSequence } from '../../support/simulated.ts';

describe('Roster', () => {
  it('admits from the head of the queue to the end of the running list', () => {
    const { roster, sequences } = aRoster(3);

    roster.admitHead();
    roster.admitHead();

    expect(roster.running).toEqual(sequences.slice(0, 2));
    expect(roster.waiting).toEqual(sequences.slice(2));
    expect(sequences.map(({ phase }) => phase)).toEqual(['running', 'running', 'waiting']);
  });

  it('admits nobody from an empty queue', () => {
    expect(() => new Roster().admitHead()).toThrow('a sequence waits');
  });

  it('counts a prompt once, however often it is computed', () => {
    const roster = new Roster();
    const sequence = aSequence({ promptTokens: 10 });

    roster.start(sequence, 4);
    roster.start(sequence, 8);

    expect(sequence.cachedTokens).toBe(4);
    expect(roster.promptTokensTotal).toBe(10);
    expect(roster.cachedTokensTotal).toBe(4);
  });

  it.each([
    { end: 'front', order: [1, 2] },
    { end: 'back', order: [2, 1] },
  ] as const)('sends a sequence back to the $end of the queue', ({ end, order }) => {
    const { roster, sequences } = aRoster(3, 2);

    roster.sendBack(at(sequences, 1), end);

    expect(roster.waiting).toEqual(order.map((index) => sequences[index]));
    expect(roster.running).toEqual([sequences[0]]);
    expect(sequences[1]?.phase).toBe('waiting');
    expect(roster.preemptions).toBe(1);
  });

  it('gives each of a batch one token and ends those that have all of theirs', () => {
    const { roster, sequences } = aRoster(3, 3, [2, 1, 2]);
    const released: Sequence[] = [];

    roster.advance(sequences, (sequence) => released.push(sequence));

    expect(released).toEqual([sequences[1]]);
    expect(sequences.map(({ phase }) => phase)).toEqual(['running', 'ended', 'running']);
    expect(sequences.map(({ producedTokens }) => producedTokens)).toEqual([1, 1, 1]);
    expect(roster.running).toEqual([sequences[0], sequences[2]]);
    expect(roster.outputTokensTotal).toBe(3);
  });

  it('leaves those of a batch alone that were taken out while it ran', () => {
    const { roster, sequences } = aRoster(2, 2);
    roster.remove(at(sequences, 0));

    roster.advance(sequences, () => expect.unreachable());

    expect(sequences.map(({ producedTokens }) => producedTokens)).toEqual([0, 1]);
    expect(roster.outputTokensTotal).toBe(1);
  });

  it('takes a sequence out of the queue or the running list, and an ended one out of neither', () => {
    const { roster, sequences } = aRoster(3, 1);

    for (const sequence of [at(sequences, 1), at(sequences, 0), at(sequences, 0)]) {
      roster.remove(sequence);
    }

    expect(roster.running).toEqual([]);
    expect(roster.waiting).toEqual([sequences[2]]);
    expect(sequences.map(({ phase }) => phase)).toEqual(['ended', 'ended', 'waiting']);
  });

  it('knows a stranger when it meets one', () => {
    expect(() => new Roster().remove(aSequence())).toThrow('stands in its list');
  });

  it('keeps the order of those that stay, whoever ends', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lengths, (outputs) => {
        const { roster, sequences } = aRoster(outputs.length, outputs.length, outputs);
        for (let made = 1; made <= 4; made += 1) {
          roster.advance([...roster.running], () => undefined);
          expect(roster.running).toEqual(sequences.filter((_, index) => at(outputs, index) > made));
        }
        expect(roster.outputTokensTotal).toBe(outputs.reduce((sum, output) => sum + output, 0));
      }),
    );
  });
});

/** A roster of `count` sequences of which the first `running` run. */
function aRoster(
  count: number,
  running = 0,
  outputs: readonly number[] = [],
): { readonly roster: Roster; readonly sequences: readonly Sequence[] } {
  const roster = new Roster();
  const sequences = Array.from({ length: count }, (_, index) =>
    aSequence({ outputTokens: outputs[index] ?? 5 }),
  );
  for (const sequence of sequences) roster.enqueue(sequence);
  for (let index = 0; index < running; index += 1) roster.admitHead();
  return { roster, sequences };
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}
