/** Plays a range of seeds in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';

import type { SeedRange } from '../../support/core/play-seeds.ts';
import { playSeeds } from '../../support/core/play-seeds.ts';

parentPort?.postMessage(await playSeeds(workerData as SeedRange));
