import { setImmediate as turn } from 'node:timers/promises';

import { seededRandom, upTo } from '../../support/chance.ts';
import { recordings, relayed, variants } from '../../support/live/recordings.ts';
import { presetsOfProtocols } from '../../support/live/replica.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const SEGMENTS = 10_000_000;

/** The longest piece, in bytes: several events. */
const PIECE_BYTES_MAX = 400;

/** However an engine's stream is cut on its way, the client has the same bytes. */
export const sse: Part = {
  name: 'sse',
  what: `${SEGMENTS / 1e6} M segments of recorded streams of each engine, cut by chance`,
  async play(share) {
    const wanted = portion(SEGMENTS, share, 100_000);
    const recorded = (await Promise.all(presetsOfProtocols.map(recordings))).flat();
    const streams = recorded.flatMap((one) => [one, ...variants(one)]);
    const random = seededRandom(1);
    let [segments, runs, differ] = [0, 0, 0];
    while (segments < wanted) {
      for (const recording of streams) {
        const chunks = cut(recording.bytes, upTo(PIECE_BYTES_MAX, random), random);
        const { reply, end } = relayed(recording, chunks);
        segments += chunks.length;
        runs += 1;
        if (end?.kind !== 'complete' || !reply.body.equals(recording.bytes)) differ += 1;
      }
      await turn();
    }
    return {
      amount: `${segments} segments, ${streams.length} streams, ${runs} times`,
      figures: [{ name: 'not byte-identical', value: differ, atMost: 0 }],
    };
  },
};

/** Pieces of one byte up to `most`. */
function cut(bytes: Buffer, most: number, random: () => number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 1) {
    pieces.push(bytes.subarray(at, at + upTo(most, random)));
  }
  return pieces;
}
