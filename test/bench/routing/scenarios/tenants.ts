import { NumpyRandom } from '../../../../gateway/replay/numpy-random.ts';
import { toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import type { WorkloadRequest } from '../../../../gateway/replay/workload.ts';
import { engine, engineKinds, withKvShare } from '../engines.ts';
import type { Capacity, Line } from '../line.ts';
import { poissonOf, publishedLengths } from '../traffic.ts';
import type { Traffic } from '../traffic.ts';
import { STEADY_KV_SHARE, WARM_UP_SHARE } from './steady.ts';

const TENANTS = 10;

/** One tenant sends so many times what each of the others does. */
const LOUD_FACTOR = 20;

/** So much that even the quiet ones ask for a little more than a tenth each. */
const LOAD_SHARE = 5;

/** Priorities, highest first, and the share of the requests that each has: the highest alone is half of capacity. */
const PRIORITIES = [
  { priority: 2, share: 0.1 },
  { priority: 1, share: 0.3 },
  { priority: 0, share: 0.6 },
] as const;

/** Arrivals for some two minutes, longer than any answer takes. */
const REQUESTS = 3000;

/** Time after the last arrival in which answers end; the backlog is not worked off. */
const TAIL_MS = 120_000;

/** S7: ten tenants of which one is loud, and three priorities, both at five times what the fleet bears. */
export function tenantLines(): readonly Line[] {
  return engineKinds.flatMap((kind): readonly Line[] => {
    const preset = withKvShare(engine(kind), STEADY_KV_SHARE);
    const common = {
      scenario: 'S7',
      kind,
      presets: [preset, preset, preset, preset],
      calibration: publishedLengths,
      loadShare: LOAD_SHARE,
      knowledge: () => toldOutput,
      tailMs: TAIL_MS,
      bounds: ['late-in-order', 'late-short-first', 'soonest-prefill', 'shortest-work'],
    } as const;
    return [
      {
        ...common,
        variant: 'one loud of ten tenants',
        traffic: (seed, capacity) =>
          asked(seed, capacity, (random) => {
            const drawn = random.integer(0, TENANTS - 1 + LOUD_FACTOR);
            return { tenant: `tenant ${Math.min(drawn, TENANTS - 1)}` };
          }),
        metrics: ['ttftP50Ms', 'goodput', 'jain'],
      },
      {
        ...common,
        variant: 'three priorities',
        traffic: (seed, capacity) => asked(seed, capacity, (random) => drawPriority(random)),
        metrics: ['ttftP50Ms', 'goodput', 'topSlo'],
      },
    ];
  });
}

/** The published lengths, and who asks for them. */
function asked(
  seed: number,
  { requestsPerSecond }: Capacity,
  drawAsker: (random: NumpyRandom) => Pick<WorkloadRequest, 'tenant' | 'priority'>,
): Traffic {
  const random = new NumpyRandom(seed + ASKERS_SEED);
  const plan = {
    requests: REQUESTS,
    rate: LOAD_SHARE * requestsPerSecond,
    warmUpShare: WARM_UP_SHARE,
    seed,
  };
  const traffic = poissonOf(publishedLengths, plan);
  return { ...traffic, own: traffic.own.map((one) => ({ ...one, ...drawAsker(random) })) };
}

/** Apart from the seeds of arrivals and lengths. */
const ASKERS_SEED = 2_000_000;

function drawPriority(random: NumpyRandom): { readonly priority: number } {
  let drawn = random.double();
  for (const { priority, share } of PRIORITIES) {
    if (drawn < share) return { priority };
    drawn -= share;
  }
  return { priority: 0 };
}
