import { toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { engine, engineKinds, withKvShare } from '../engines.ts';
import type { Line, Size } from '../line.ts';
import { poissonOf, publishedLengths } from '../traffic.ts';

/** A quarter of the KV cache: some 50 requests a replica, so that a run passes through a fleet often enough to be steady. */
export const STEADY_KV_SHARE = 0.25;

/** Share of a steady run in which the fleet fills; nobody judges it. */
export const WARM_UP_SHARE = 0.2;

const loadShares = [0.7, 0.85, 0.95, 1.1];

/** S2: the published lengths, Poisson, at four loads. */
export function steadyLines({ steadyRequests: requests }: Size): readonly Line[] {
  return engineKinds.flatMap((kind) =>
    loadShares.map((loadShare): Line => {
      const preset = withKvShare(engine(kind), STEADY_KV_SHARE);
      return {
        scenario: 'S2',
        variant: `${Math.round(loadShare * 100)} %`,
        kind,
        presets: [preset, preset, preset, preset],
        calibration: publishedLengths,
        loadShare,
        traffic: (seed, { requestsPerSecond }) =>
          poissonOf(publishedLengths, {
            requests,
            rate: loadShare * requestsPerSecond,
            warmUpShare: WARM_UP_SHARE,
            seed,
          }),
        knowledge: () => toldOutput,
        bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
        metrics: [
          'ttftP50Ms',
          'ttftP99Ms',
          'gapP99Ms',
          'goodput',
          'makespanMs',
          'recomputed',
          'spread',
        ],
      };
    }),
  );
}
