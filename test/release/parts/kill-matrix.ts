import { inFlightOf } from '../../support/live/gateway.ts';
import type { KillCell, KillResult } from '../../support/live/scenarios/kill-matrix.ts';
import { killCells, KillHouse, verdictOf } from '../../support/live/scenarios/kill-matrix.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const ROUNDS = 20;

/** Longer than any cell may take. */
const HANG_MS = 10_000;

/** Every way for a replica to die, again and again. */
export const killMatrix: Part = {
  name: 'kill-matrix',
  what: '12 positions × 6 deaths × stream or not × resume or not, 20 times',
  async play(share) {
    await using house = await KillHouse.start();
    const counts = { played: 0, other: 0, silent: 0, garbled: 0, hung: 0 };
    const cells = portion(ROUNDS * killCells.length, share, 24);
    for (let at = 0; at < cells; at += 1) {
      const cell = cellAt(at);
      const beganMs = performance.now();
      const result = await house.play(cell, `A bridge ${at} is`);
      counts.played += 1;
      if (!isAsSpecified(cell, result)) counts.other += 1;
      if (!result.whole && result.thrown === undefined) counts.silent += 1;
      if (Number.isNaN(result.words)) counts.garbled += 1;
      if (performance.now() - beganMs > HANG_MS) counts.hung += 1;
    }
    return {
      amount: `${counts.played} deaths`,
      figures: [
        { name: 'other than specified', value: counts.other, atMost: 0 },
        { name: 'silent truncations', value: counts.silent, atMost: 0 },
        { name: 'lost, doubled or wrong words', value: counts.garbled, atMost: 0 },
        { name: 'hangs', value: counts.hung, atMost: 0 },
        { name: 'left in flight', value: await leftIn(house), atMost: 0 },
      ],
    };
  },
};

/** A stride that meets cells of every kind early on; 288 and 101 have no divisor in common. */
function cellAt(at: number): KillCell {
  const cell = killCells[(at * 101) % killCells.length];
  if (cell === undefined) throw new Error('there are 288 cells');
  return cell;
}

function isAsSpecified(cell: KillCell, { whole, words, thrown }: KillResult): boolean {
  const verdict = verdictOf(cell);
  if ('whole' in verdict) return whole && thrown === undefined;
  return thrown instanceof Error && words <= verdict.words;
}

async function leftIn({ gateways }: KillHouse): Promise<number> {
  const states = await Promise.all(gateways.map((gateway) => gateway.empty()));
  return states.reduce((sum, state) => sum + inFlightOf(state).requests, 0);
}
