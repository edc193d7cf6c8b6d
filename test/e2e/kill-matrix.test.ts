import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inFlightOf, nothingInFlight } from '../support/live/gateway.ts';
import { killCells, KillHouse, verdictOf } from '../support/live/scenarios/kill-matrix.ts';

describe('a replica that dies', () => {
  let house: KillHouse;

  beforeAll(async () => {
    house = await KillHouse.start();
  });

  afterAll(async () => {
    await house[Symbol.asyncDispose]();
  });

  it('has 288 ways to do so here', () => {
    expect(new Set(killCells.map((cell) => JSON.stringify(cell))).size).toBe(288);
  });

  it.each(killCells)('at $at by $death, streamed: $stream, resumed: $resume', async (cell) => {
    const { whole, words, thrown } = await house.play(
      cell,
      `A bridge ${killCells.indexOf(cell)} is`,
    );

    const verdict = verdictOf(cell);
    if ('whole' in verdict)
      return expect({ whole, thrown }).toEqual({ whole: true, thrown: undefined });
    expect(thrown).toBeInstanceOf(Error);
    expect(words).toBeLessThanOrEqual(verdict.words);
  });

  it('leaves nothing behind, and no attempt that the engines do not know of', async () => {
    const sent = await Promise.all(
      house.gateways.map(async (gateway) => {
        expect(inFlightOf(await gateway.empty())).toEqual(nothingInFlight);
        return gateway.counted('attempts');
      }),
    );
    for (const replica of house.replicas) await replica.idle();
    const states = await Promise.all(house.replicas.map((replica) => replica.state()));
    // Who dies before the head has not begun to generate.
    const unbegun = killCells.filter(({ at }) => at === 'headers').length;

    const questions = await house.countQuestions();

    expect(states.reduce((sum, { generations }) => sum + generations, unbegun)).toBe(
      sent.reduce((sum, count) => sum + count, questions),
    );
  });
});
