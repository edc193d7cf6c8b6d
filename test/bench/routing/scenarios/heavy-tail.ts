import { learnedOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { engine, engineKinds, withContext } from '../engines.ts';
import type { Line, Size } from '../line.ts';
import { heavyTail, poissonOf } from '../traffic.ts';
import { WARM_UP_SHARE } from './steady.ts';

const LOAD_SHARE = 0.95;

/** The longest document and its answer. */
const CONTEXT_TOKENS_MAX = 68_000;

/** What clients ask for at most; answers end by themselves, and how long they are has to be learned. */
const OUTPUT_TOKENS_MAX = 1024;

/** S4: nine short chats to one document of 16k to 64k tokens. */
export function heavyTailLines({ steadyRequests: requests }: Size): readonly Line[] {
  return engineKinds.map((kind): Line => {
    const preset = withContext(engine(kind), CONTEXT_TOKENS_MAX);
    return {
      scenario: 'S4',
      variant: 'heavy tail, 95 %',
      kind,
      presets: [preset, preset, preset, preset],
      calibration: heavyTail,
      loadShare: LOAD_SHARE,
      traffic: (seed, { requestsPerSecond }) =>
        poissonOf(heavyTail, {
          requests,
          rate: LOAD_SHARE * requestsPerSecond,
          warmUpShare: WARM_UP_SHARE,
          seed,
        }),
      knowledge: () => learnedOutput(OUTPUT_TOKENS_MAX),
      bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
      metrics: ['ttftP50Ms', 'ttftP99Ms', 'gapP99Ms', 'goodput', 'makespanMs', 'recomputed'],
    };
  });
}
