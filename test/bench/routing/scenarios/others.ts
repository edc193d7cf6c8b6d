import { toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { engine, engineKinds, withKvShare } from '../engines.ts';
import type { Line, Size } from '../line.ts';
import { halfHidden, poissonOf, publishedLengths } from '../traffic.ts';
import { STEADY_KV_SHARE, WARM_UP_SHARE } from './steady.ts';

const LOAD_SHARE = 0.95;

/** S8: half of the traffic comes through another gateway, which is seen in the gauges alone. */
export function othersLines({ steadyRequests: requests }: Size): readonly Line[] {
  return engineKinds.map((kind): Line => {
    const preset = withKvShare(engine(kind), STEADY_KV_SHARE);
    return {
      scenario: 'S8',
      variant: 'another gateway, 95 %',
      kind,
      presets: [preset, preset, preset, preset],
      calibration: publishedLengths,
      loadShare: LOAD_SHARE,
      traffic: (seed, { requestsPerSecond }) =>
        halfHidden(
          poissonOf(publishedLengths, {
            requests,
            rate: LOAD_SHARE * requestsPerSecond,
            warmUpShare: WARM_UP_SHARE,
            seed,
          }),
          seed,
        ),
      knowledge: () => toldOutput,
      bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
      metrics: ['ttftP50Ms', 'ttftP99Ms', 'gapP99Ms', 'goodput', 'makespanMs', 'recomputed'],
    };
  });
}
