import { closedLoop } from '../load/passing.ts';
import type { ProcessFleet } from '../load/process-fleet.ts';
import { aFleet, simulated } from '../load/process-fleet.ts';
import type { Held } from '../load/resources.ts';
import { ResourceNotes } from '../load/resources.ts';
import type { Sample } from '../load/samples.ts';
import { medianOfThird, sampled, slopePerMinute } from '../load/samples.ts';
import type { Streamed } from '../load/stream-client.ts';
import { connect, isWhole, stream } from '../load/stream-client.ts';
import type { Figure, Part } from '../part.ts';
import { portion } from '../part.ts';

const SECONDS = 1_800;
const CLIENTS = 24;
const LOOK_MS = 5_000;

/** What is compiled, cached and learned in the beginning is no leak: the first part of the time is not looked at. */
const WARM_UP_SHARE = 1 / 6;

/** Every kind of request again and again, with nothing left of it. */
export const soak: Part = {
  name: 'soak',
  what: `${SECONDS / 60} min of streams, departures and mistakes, ${CLIENTS} at a time; memory of the gateway after a collection every ${LOOK_MS / 1_000} s`,
  async play(share) {
    const seconds = portion(SECONDS, share, 60);
    using notes = new ResourceNotes(LOOK_MS);
    await using fleet = await aFleet({
      replicas: 2,
      args: simulated(4),
      environment: notes.environment,
    });
    const descriptors = sampled(LOOK_MS, () => fleet.gateway.descriptors);
    const counts = await soaked(fleet, seconds);
    const open = warm(descriptors());
    const held = warm(notes.read());
    const of = (value: (one: Held) => number): readonly Sample[] =>
      held.map((one) => ({ atMs: one.atMs, value: value(one) }));
    const timers = of((one) => one.timers);
    return {
      amount: `${seconds} s, ${counts.requests} requests, ${counts.left} of them left, ${counts.mistaken} mistaken`,
      figures: [
        { name: 'not whole', value: counts.broken, atMost: 0 },
        slope(
          'heap',
          of((one) => one.heapMb),
        ),
        slope(
          'resident memory',
          of((one) => one.rssMb),
        ),
        { name: 'resident memory in the end', value: held.at(-1)?.rssMb ?? Number.NaN, unit: 'MB' },
        flat('descriptors', open),
        flat('timers', timers),
        { name: 'left in flight', value: (await fleet.gateway.leftInFlight()).requests, atMost: 0 },
      ],
    };
  },
};

function slope(of: string, samples: readonly Sample[]): Figure {
  return { name: `${of}, slope`, value: slopePerMinute(samples), unit: 'MB/min', atMost: 0.2 };
}

/** Flat within what comes and goes with requests: one for each client. */
function flat(of: string, samples: readonly Sample[]): Figure {
  const grown = medianOfThird(samples, 2) - medianOfThird(samples, 0);
  return { name: `${of} more at the end`, value: grown, atMost: CLIENTS };
}

function warm<Value>(samples: readonly Value[]): readonly Value[] {
  return samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
}

interface Counts {
  readonly requests: number;
  readonly left: number;
  readonly mistaken: number;
  readonly broken: number;
}

/** Of ten requests seven are streams, two leave in the middle, and one asks for a model that nobody has. */
async function soaked({ gateway }: ProcessFleet, seconds: number): Promise<Counts> {
  const pool = connect(gateway.url);
  const endMs = performance.now() + seconds * 1_000;
  const counts = { requests: 0, left: 0, mistaken: 0, broken: 0 };
  const broken = ({ status, error, text }: Streamed): void => {
    counts.broken += 1;
    console.error(`not whole: ${status}, ${error ?? text.slice(0, 200)}`);
  };
  await closedLoop(
    CLIENTS,
    () => performance.now() < endMs,
    async (index) => {
      counts.requests += 1;
      const asked = { prompt: `Day ${index} dawns`, tokens: 20 + ((index * 37) % 81) };
      if (index % 10 === 0) {
        counts.mistaken += 1;
        const answer = await stream(pool, { ...asked, more: { model: 'nobody' } });
        if (answer.status !== 404) broken(answer);
      } else if (index % 10 < 3) {
        counts.left += 1;
        await stream(pool, { ...asked, signal: AbortSignal.timeout(1 + (index % 97)) });
      } else {
        const answer = await stream(pool, asked);
        if (!isWhole(answer, asked)) broken(answer);
      }
    },
  );
  await pool.destroy();
  return counts;
}
