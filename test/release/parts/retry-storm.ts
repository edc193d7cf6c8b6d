import { counted } from '../../support/live/counted.ts';
import { openLoop } from '../load/passing.ts';
import type { ProcessFleet } from '../load/process-fleet.ts';
import { aFleet, simulated } from '../load/process-fleet.ts';
import { connect, isWhole, stream } from '../load/stream-client.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const SECONDS = 60;
const PER_SECOND = 100;
/** Full service from then on. */
const BACK_SECONDS = 5;
const LOOK_SECONDS = 15;

/** Engines that refuse everything get little more than what was asked, and are used again at once. */
export const retryStorm: Part = {
  name: 'retry-storm',
  what: `all replicas answer 503 for ${SECONDS} s under ${PER_SECOND} requests/s, then heal`,
  async play(share) {
    const seconds = portion(SECONDS, share, 10);
    await using fleet = await aFleet({ replicas: 4, args: simulated(100) });
    const before = await ask(fleet, 5);
    await all(fleet, (replica) => replica.fails({ kind: 'status', status: 503 }));
    const attemptsBefore = await counted(fleet.gateway.adminUrl, 'attempts');
    const during = await ask(fleet, seconds);
    const attempts = (await counted(fleet.gateway.adminUrl, 'attempts')) - attemptsBefore;
    await all(fleet, (replica) => replica.heals());
    const after = await ask(fleet, LOOK_SECONDS);
    const back = after.slice(BACK_SECONDS * PER_SECOND);
    return {
      amount: `${seconds} s, ${during.length} requests`,
      figures: [
        { name: 'goodput before', value: shareOf(before), unit: '%' },
        { name: 'attempts a request', value: attempts / during.length, atMost: 1.2 },
        { name: 'answered in the storm', value: shareOf(during), unit: '%' },
        {
          name: `goodput from ${BACK_SECONDS} s after it`,
          value: shareOf(back),
          unit: '%',
          atLeast: 99,
        },
        {
          name: 'last failure after it',
          value: (after.lastIndexOf(false) + 1) / PER_SECOND,
          unit: 's',
          atMost: BACK_SECONDS,
        },
      ],
    };
  },
};

/** Whether each request got its whole answer, in the order in which they were sent. */
async function ask({ gateway }: ProcessFleet, seconds: number): Promise<readonly boolean[]> {
  const pool = connect(gateway.url);
  const outcomes: boolean[] = [];
  await openLoop({ perSecond: PER_SECOND, seconds }, async (index) => {
    const asked = { prompt: `A storm ${index} passes`, tokens: 8 };
    outcomes[index] = isWhole(await stream(pool, asked), asked);
  });
  await pool.destroy();
  return outcomes;
}

async function all(
  { replicas }: ProcessFleet,
  order: (replica: ProcessFleet['replicas'][number]) => Promise<void>,
): Promise<void> {
  await Promise.all(replicas.map(order));
}

function shareOf(outcomes: readonly boolean[]): number {
  return (outcomes.filter((isGood) => isGood).length / outcomes.length) * 100;
}
