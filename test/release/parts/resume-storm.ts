import { percentile } from '../../bench/relay/percentile.ts';
import { underFire } from '../load/under-fire.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const STREAMS = 1_000;

/** Streams survive a fleet of which one replica after the other is killed. */
export const resumeStorm: Part = {
  name: 'resume-storm',
  what: `${STREAMS} streams of 500 tokens, 4 replicas, one killed every 2 s`,
  async play(share) {
    const streams = portion(STREAMS, share, 50);
    const result = await underFire({
      replicas: 4,
      clients: Math.min(120, streams),
      tokens: 500,
      killEveryMs: 2_000,
      streams,
    });
    return {
      amount: `${result.streams} streams, ${result.kills} kills, ${result.resumes} resumes`,
      figures: [
        { name: 'not byte-identical', value: result.streams - result.whole, atMost: 0 },
        { name: 'cut as if whole', value: result.silentlyWrong, atMost: 0 },
        {
          name: 'longest gap of a stream, p99',
          value: percentile(result.gapsMs, 0.99),
          unit: 'ms',
          atMost: 500,
        },
        { name: 'wasted tokens', value: result.wastedShare * 100, unit: '%', atMost: 2 },
      ],
    };
  },
};
