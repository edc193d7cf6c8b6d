import { underFire } from '../load/under-fire.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const SECONDS = 600;

/** A fleet of which one replica is always on its way down or up. */
export const kills: Part = {
  name: 'kills',
  what: 'one of four replicas killed every 4 s and started again, 10 min',
  async play(share) {
    const seconds = portion(SECONDS, share, 15);
    const result = await underFire({
      replicas: 4,
      clients: 60,
      tokens: 200,
      killEveryMs: 4_000,
      seconds,
    });
    return {
      amount: `${seconds} s, ${result.streams} streams, ${result.kills} kills, ${result.resumes} resumes`,
      figures: [
        { name: 'lost', value: result.streams - result.whole, atMost: 0 },
        { name: 'refused', value: result.refused, atMost: 0 },
        { name: 'cut as if whole', value: result.silentlyWrong, atMost: 0 },
        { name: 'with a wrong word', value: result.garbled, atMost: 0 },
      ],
    };
  },
};
