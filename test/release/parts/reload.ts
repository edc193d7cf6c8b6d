import { counted } from '../../support/live/counted.ts';
import { mistakes } from '../../support/mistaken-settings.ts';
import { until } from '../../support/live/until.ts';
import { closedLoop } from '../load/passing.ts';
import { aFleet, simulated } from '../load/process-fleet.ts';
import { connect, isWhole, stream } from '../load/stream-client.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const MISTAKES = 1_000;
const CLIENTS = 4;

/** A file that cannot be used changes nothing, however often it is read. */
export const reload: Part = {
  name: 'reload',
  what: `${MISTAKES} bad configurations by SIGHUP under ${CLIENTS} clients, then a good one`,
  async play(share) {
    const count = portion(MISTAKES, share, 40);
    await using fleet = await aFleet({ replicas: 2, args: simulated(20) });
    const { gateway } = fleet;
    const good = gateway.settings;
    const before = await gateway.state();
    const outcomes: boolean[] = [];
    const pool = connect(gateway.url);
    let isOver = false;
    const others = closedLoop(
      CLIENTS,
      () => !isOver,
      async (index) => {
        const asked = { prompt: `Word ${index} is kept`, tokens: 8 };
        outcomes.push(isWhole(await stream(pool, asked), asked));
      },
    );
    const read = async (settings: string, outcome: 'refused' | 'taken'): Promise<void> => {
      const soFar = await counted(gateway.adminUrl, 'reloads', { outcome });
      gateway.reread(settings);
      await until(`one more is ${outcome}`, async () => {
        return (await counted(gateway.adminUrl, 'reloads', { outcome })) > soFar;
      });
    };
    for (let index = 0; index < count; index += 1) {
      await read(mistakes[index % mistakes.length]?.(index) ?? '', 'refused');
    }
    const after = await gateway.state();
    await read(good, 'taken');
    isOver = true;
    await others;
    await pool.destroy();
    const taken = await counted(gateway.adminUrl, 'reloads', { outcome: 'taken' });
    const ids = (state: typeof before): string =>
      JSON.stringify(state.replicas.map(({ id, state: is }) => [id, is]));
    return {
      amount: `${count} bad configurations, ${outcomes.length} requests meanwhile`,
      figures: [
        { name: 'bad ones taken', value: taken - 1, atMost: 0 },
        {
          name: 'replicas that changed by them',
          value: Number(ids(before) !== ids(after)),
          atMost: 0,
        },
        { name: 'requests that failed', value: outcomes.filter((is) => !is).length, atMost: 0 },
      ],
    };
  },
};
