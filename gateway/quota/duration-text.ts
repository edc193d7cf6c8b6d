const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Whole milliseconds as OpenAI writes durations in headers, which is Go's way: `120ms`, `1.5s`, `6m0s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < SECOND_MS) return milliseconds === 0 ? '0s' : `${milliseconds}ms`;
  const seconds = `${(milliseconds % MINUTE_MS) / SECOND_MS}s`;
  if (milliseconds < MINUTE_MS) return seconds;
  const minutes = `${Math.floor((milliseconds % HOUR_MS) / MINUTE_MS)}m${seconds}`;
  return milliseconds < HOUR_MS ? minutes : `${Math.floor(milliseconds / HOUR_MS)}h${minutes}`;
}
