import { toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { engine, engineKinds } from '../engines.ts';
import type { Line } from '../line.ts';
import { burst, publishedLengths } from '../traffic.ts';

/** S1: the published thousand requests, all at once. */
export function burstLines(): readonly Line[] {
  return engineKinds.flatMap((kind) =>
    [2, 8].map((count): Line => {
      const preset = engine(kind);
      return {
        scenario: 'S1',
        variant: `${count} replicas`,
        kind,
        presets: Array.from({ length: count }, () => preset),
        calibration: publishedLengths,
        traffic: (seed) => burst(1000, publishedLengths, seed),
        knowledge: () => toldOutput,
        bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
        metrics: ['ttftP50Ms', 'ttftP99Ms', 'gapP99Ms', 'makespanMs', 'recomputed', 'spread'],
      };
    }),
  );
}
