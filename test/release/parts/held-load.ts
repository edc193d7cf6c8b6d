import { setTimeout as sleep } from 'node:timers/promises';

import { percentile } from '../../bench/relay/percentile.ts';
import { aBenchEngine, askBench, lostFrames } from '../load/bench-engine.ts';
import { closedLoop } from '../load/passing.ts';
import { GatewayProcess } from '../load/process-fleet.ts';
import { medianOfThird, sampled } from '../load/samples.ts';
import type { Streamed } from '../load/stream-client.ts';
import { connect, stream } from '../load/stream-client.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const STREAMS = 8_000;
const SECONDS = 600;

/** So many begin a second. */
const BEGIN_PER_SECOND = 400;

/** As many streams as people talk at once, a token a second each. */
export const heldLoad: Part = {
  name: 'held-load',
  what: `${STREAMS} open streams of one token a second, ${SECONDS / 60} min`,
  async play(share) {
    const seconds = portion(SECONDS, share, 20);
    await using engine = await aBenchEngine();
    await using gateway = await GatewayProcess.start({ replicas: [{ url: engine.url }] });
    const pool = connect(gateway.url);
    // What is loaded and compiled with the first requests belongs to no stream.
    await closedLoop(50, counted(2_000), async () => {
      await stream(pool, askBench(2, 50));
    });
    const idleMb = gateway.residentMb;
    const memory = sampled(1_000, () => gateway.residentMb);
    const opening = STREAMS / BEGIN_PER_SECOND;
    const asked = askBench(Math.ceil(opening) + seconds, 1);
    const all = await Promise.all(
      Array.from({ length: STREAMS }, async (_, index) => {
        await sleep((index * 1_000) / BEGIN_PER_SECOND);
        return stream(pool, asked);
      }),
    );
    const seen = memory();
    await pool.destroy();
    const perStream = (mb: number): number => ((mb - idleMb) * 1_000) / STREAMS;
    return {
      amount: `${STREAMS} streams of ${asked.tokens} tokens, all open for ${seconds} s`,
      figures: [
        { name: 'lost frames', value: sumOf(all, (one) => lostFrames(one, asked)), atMost: 0 },
        {
          name: 'streams that broke',
          value: all.filter((one) => !one.endedWell || !one.isComplete).length,
          atMost: 0,
        },
        {
          name: 'memory a stream, median of the last third',
          value: perStream(medianOfThird(seen, 2)),
          unit: 'KB',
          atMost: 40,
        },
        {
          name: 'at its most',
          value: perStream(Math.max(...seen.map(({ value }) => value))),
          unit: 'KB',
          atMost: 40,
        },
        { name: 'idle before', value: idleMb, unit: 'MB' },
        {
          name: 'longest gap of a stream, p99',
          value: percentile(
            all.map(({ longestGapMs }) => longestGapMs),
            0.99,
          ),
          unit: 'ms',
        },
      ],
    };
  },
};

/** True so many times. */
function counted(times: number): () => boolean {
  let left = times;
  return () => (left -= 1) >= 0;
}

function sumOf(all: readonly Streamed[], of: (one: Streamed) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
