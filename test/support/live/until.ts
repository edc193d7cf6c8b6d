import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a machine that is busy with other things, short enough to tell a hang from it. */
const WAIT_MS_MAX = 15_000;

/** Between two looks: a look costs a request over loopback. */
const LOOK_MS = 3;

/**
 * Looks again and again until `look` gives something that is neither `undefined` nor `false`, and gives
 * that. Fails with `what` was waited for when it does not come.
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  waitMsMax: number = WAIT_MS_MAX,
): Promise<Exclude<Value, undefined | false>> {
  const givesUpMs = performance.now() + waitMsMax;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen as Exclude<Value, undefined | false>;
    if (performance.now() > givesUpMs) throw new Error(`waited in vain until ${what}`);
    await sleep(LOOK_MS);
  }
}

/** Wall milliseconds since 1970 with their fractions, as the simulated replicas write them down. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
