import { toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import { engine, engineKinds } from '../engines.ts';
import type { Line } from '../line.ts';
import { burst, equalLengths, publishedLengths } from '../traffic.ts';

const REPLICAS = 8;

/** S6: a thousand arrivals in one tick under frozen gauges and a restart, and two hundred equal ones at idle replicas. */
export function herdLines(): readonly Line[] {
  return engineKinds.flatMap((kind): readonly Line[] => {
    const preset = engine(kind);
    const common = {
      scenario: 'S6',
      kind,
      presets: Array.from({ length: REPLICAS }, () => preset),
      knowledge: () => toldOutput,
      bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
    } as const;
    return [
      {
        ...common,
        variant: '200 equal, idle',
        metrics: ['ttftP50Ms', 'ttftP99Ms', 'makespanMs', 'tickSpread'],
        traffic: (seed) => burst(200, equalLengths, seed),
      },
      {
        ...common,
        variant: '1000, frozen 30 s, a restart',
        metrics: ['ttftP50Ms', 'ttftP99Ms', 'makespanMs', 'spread'],
        frozenGauges: { fromMs: 0, untilMs: 30_000 },
        disturbances: { restarts: [{ replica: 3, atMs: 20_000, downMs: 10_000 }] },
        traffic: (seed) => burst(1000, publishedLengths, seed),
      },
    ];
  });
}
