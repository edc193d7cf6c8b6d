/** Loaded into a process by `--import`: writes down again and again what it holds once its garbage is collected. */
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

import type { Held } from './resources.ts';

const file = process.env['RESOURCES_FILE'];
const everyMs = Number(process.env['RESOURCES_EVERY_MS']);

if (file !== undefined && isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setInterval(() => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const held: Held = {
      atMs: performance.now(),
      heapMb: heapUsed / 1e6,
      rssMb: rss / 1e6,
      timers,
    };
    appendFileSync(file, `${JSON.stringify(held)}\n`);
  }, everyMs).unref();
}
