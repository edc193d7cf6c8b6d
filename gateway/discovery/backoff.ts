/** First wait; an engine that is starting takes seconds, one that was restarted may be back at once. */
const FIRST_MS = 200;

/**
 * How long to wait after `failures` (1 or more) in a row: doubling from 200 ms up to `msMax`, less a share of up
 * to a half drawn by `random`, so that many gateways do not call on a replica in step.
 */
export function backoffMs(failures: number, msMax: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), msMax);
  return full * (1 - random() / 2);
}
