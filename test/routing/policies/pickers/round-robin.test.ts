import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundRobin } from '../../../../routing/policies/pickers/round-robin.ts';
import { aCandidate, aReplica, aRequest } from '../../../support/builders.ts';
import { seededRandom } from '../../../support/chance.ts';

/** A picker that is asked for one of `ids` and answers with an id. */
function aRound(): (...ids: string[]) => string {
  const picker = roundRobin();
  return (...ids) => {
    const candidates = ids.map((id) => aCandidate({ replica: aReplica({ id }) }));
    return (
      ids[picker.pick(aRequest(), candidates, new Float64Array(ids.length), candidates)] ?? 'nobody'
    );
  };
}

describe('round-robin', () => {
  it('gives everyone a turn, in order, again and again', () => {
    const next = aRound();

    const turns = Array.from({ length: 7 }, () => next('a', 'b', 'c'));

    expect(turns).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  it('gives a turn that was missed when the replica is back', () => {
    const next = aRound();
    next('a', 'b', 'c');

    expect(next('a', 'c')).toBe('c');
    expect(next('a', 'b', 'c')).toBe('b');
    expect(next('a', 'b', 'c')).toBe('a');
  });

  it('keeps shares equal while requests exclude now one, now none', () => {
    const next = aRound();
    const random = seededRandom(5);
    const turns = new Map<string, number>();

    for (let count = 0; count < 4000; count++) {
      const chosen = random() < 1 / 3 ? next('a', 'c', 'd') : next('a', 'b', 'c', 'd');
      turns.set(chosen, (turns.get(chosen) ?? 0) + 1);
    }

    for (const count of turns.values()) expect(count / 1000).toBeCloseTo(1, 1);
  });

  it('makes up for three missed turns at most', () => {
    const next = aRound();
    next('a', 'b');
    for (let count = 0; count < 50; count++) next('b');

    const turns = Array.from({ length: 6 }, () => next('b', 'a'));

    expect(turns).toEqual(['a', 'a', 'a', 'b', 'a', 'b']);
  });

  it('takes turns among the replicas of each model, however the models mix', () => {
    const next = aRound();
    const turns: string[] = [];

    for (let count = 0; count < 6; count++) {
      for (let others = 0; others < 10; others++) next('qwen 1', 'qwen 2');
      turns.push(next('llama 1', 'llama 2'));
    }

    expect(turns).toEqual(['llama 1', 'llama 2', 'llama 1', 'llama 2', 'llama 1', 'llama 2']);
  });

  it('gives a newcomer its turn before anyone has a second', () => {
    const next = aRound();
    next('a', 'b');
    next('a', 'b');

    expect(next('a', 'b', 'new')).toBe('new');
    expect(next('a', 'b', 'new')).toBe('a');
  });

  it('keeps turns within one of each other while everyone is there, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 4 })),
        (orders) => {
          const next = aRound();
          const turns = new Map(['a', 'b', 'c', 'd'].map((id) => [id, 0]));
          for (const order of orders) {
            const chosen = next(...order);
            turns.set(chosen, (turns.get(chosen) ?? 0) + 1);
          }

          const counts = [...turns.values()];
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('remembers 4096 replicas and takes those beyond for newcomers', () => {
    const next = aRound();
    for (let index = 0; index <= 4096; index++) next(`replica-${index}`);

    // The turn of replica 0 is forgotten, that of replica 1 is not.
    expect(next('replica-1', 'replica-0')).toBe('replica-0');
  });
});
