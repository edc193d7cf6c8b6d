/** Before the first restart. */
const DELAY_MS_MIN = 1_000;

/** Loading a model takes minutes: to try more often than once a minute tells nothing new. */
const DELAY_MS_MAX = 60_000;

/** Time to wait before the start after so many failures in a row, 1 or more: doubles from a second to a minute. */
export function restartDelayMs(failures: number): number {
  return Math.min(DELAY_MS_MIN * 2 ** (failures - 1), DELAY_MS_MAX);
}
