import type { Check, RealEngine } from '../stand.ts';
import { areTold, areWhole, goOnElsewhere } from './aftermath.ts';
import { comesBack } from './coming-back.ts';
import { enginePid, serverPid } from './engine-process.ts';
import { streamUndisturbed, strikeUnderLoad } from './loaded-fleet.ts';

/** How a replica dies. */
interface Death {
  readonly what: string;
  strike(engine: RealEngine): Promise<void>;
}

const deaths: readonly Death[] = [
  {
    what: 'is killed by force',
    strike: async (engine) => void process.kill(serverPid(engine), 'SIGKILL'),
  },
  {
    what: 'loses its engine process, and only that',
    strike: async (engine) => void process.kill(await enginePid(engine), 'SIGKILL'),
  },
  {
    what: 'is told to end while streams are open',
    strike: async (engine) => void process.kill(serverPid(engine), 'SIGTERM'),
  },
];

/** What becomes of requests when a real vLLM dies under them, and of the replica when it is back. */
export const dying: readonly Check[] = deaths.map(({ what, strike }) => ({
  title: `a vLLM ${what}: each request ends as a whole answer or says that it broke`,
  async try(stand) {
    const before = await streamUndisturbed(stand);
    const after = await strikeUnderLoad(stand, strike);
    const said = [goOnElsewhere(after, before), areTold(after), areWhole(after)];
    return [...said, await comesBack(stand, after.victim)].join('\n        ');
  },
}));
