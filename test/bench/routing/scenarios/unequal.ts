import { toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { engine, engineKinds, withKvShare } from '../engines.ts';
import type { Capacity, Line, Size } from '../line.ts';
import { poissonOf, publishedLengths } from '../traffic.ts';
import { STEADY_KV_SHARE, WARM_UP_SHARE } from './steady.ts';

const LOAD_SHARE = 0.95;

/** Seconds of the run in which a third replica takes twice as long, from its middle on. */
const SLOW_MS = 20_000;

/**
 * S3: one replica half as fast, one with half the KV, one that turns slow in the middle and recovers. The
 * gateway is told the KV; the speeds it has to find out.
 */
export function unequalLines({ steadyRequests: requests }: Size): readonly Line[] {
  return engineKinds.map((kind): Line => {
    const preset = withKvShare(engine(kind), STEADY_KV_SHARE);
    const small = withKvShare(engine(kind), STEADY_KV_SHARE / 2);
    // The middle of the run, about: the fleet makes some six requests a second.
    const fromMs = (requests / 6 / 2) * 1000;
    const rate = ({ requestsPerSecond }: Capacity): number => LOAD_SHARE * requestsPerSecond;
    return {
      scenario: 'S3',
      variant: 'unequal, 95 %',
      kind,
      presets: [preset, preset, small, preset],
      disturbances: {
        slowdowns: [
          { replica: 1, factor: 2, fromMs: 0, untilMs: Infinity },
          { replica: 3, factor: 2, fromMs, untilMs: fromMs + SLOW_MS },
        ],
      },
      calibration: publishedLengths,
      loadShare: LOAD_SHARE,
      traffic: (seed, capacity) =>
        poissonOf(publishedLengths, {
          requests,
          rate: rate(capacity),
          warmUpShare: WARM_UP_SHARE,
          seed,
        }),
      knowledge: () => toldOutput,
      bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
      metrics: ['ttftP50Ms', 'ttftP99Ms', 'gapP99Ms', 'goodput', 'makespanMs', 'recomputed'],
    };
  });
}
