import type { CancelTimer, Clock } from '../clock.ts';
import { backoffMs } from './backoff.ts';

/** How often something is done, and how long it may take. */
export interface RepeatOptions {
  readonly clock: Clock;
  /** Before the first round. */
  readonly delayMs: number;
  /** From one start to the next; more where a round takes more than half of it. */
  readonly intervalMs: number;
  /** After it the round's signal aborts. */
  readonly timeLimitMs: number;
  /** Told of a round that broke on a bug; the next one comes all the same, later each time. */
  readonly crashed?: ((error: unknown) => void) | undefined;
}

/** Longest time between two rounds that break on a bug: rare enough for a log, often enough to come back soon. */
const CRASH_PAUSE_MS_MAX = 30_000;

/** One round. It rejects on bugs alone; after an `await` it asks `isOver`, since it may have been stopped meanwhile. */
export type Round = (signal: AbortSignal, isOver: () => boolean) => Promise<void>;

/** Runs rounds until the result is called, never two at a time. */
export function repeat(
  { clock, delayMs, intervalMs, timeLimitMs, crashed }: RepeatOptions,
  round: Round,
): CancelTimer {
  const stopping = new AbortController();
  const { signal } = stopping;
  let crashes = 0;
  const run = async (): Promise<void> => {
    const startedMs = clock.nowMs();
    try {
      await withTimeLimit(clock, timeLimitMs, signal, (limit) =>
        round(limit, () => signal.aborted),
      );
      crashes = 0;
    } catch (error) {
      crashes += 1;
      crashed?.(error);
    }
    if (signal.aborted) return;
    const tookMs = clock.nowMs() - startedMs;
    // A replica whose page is slow is asked half of the time at most.
    const pauseMs = Math.max(intervalMs - tookMs, tookMs, crashPauseMs(crashes));
    cancelTimer = clock.after(pauseMs, () => void run());
  };
  let cancelTimer = clock.after(delayMs, () => void run());
  return () => {
    stopping.abort();
    cancelTimer();
  };
}

/** How often a task that waits for nothing is run. */
export type BeatOptions = Pick<RepeatOptions, 'clock' | 'intervalMs' | 'crashed'>;

/** Runs a task every `intervalMs`, the first time after that, until the result is called. A throw of it ends nothing. */
export function beat({ clock, intervalMs, crashed }: BeatOptions, task: () => void): CancelTimer {
  let isOver = false;
  let crashes = 0;
  const run = (): void => {
    try {
      task();
      crashes = 0;
    } catch (error) {
      crashes += 1;
      crashed?.(error);
    }
    if (isOver) return;
    cancelTimer = clock.after(Math.max(intervalMs, crashPauseMs(crashes)), run);
  };
  let cancelTimer = clock.after(intervalMs, run);
  return () => {
    isOver = true;
    cancelTimer();
  };
}

/** Pause, in milliseconds, behind so many rounds in a row that broke on a bug; 0 behind none. */
export function crashPauseMs(crashes: number): number {
  return crashes === 0 ? 0 : backoffMs(crashes, CRASH_PAUSE_MS_MAX, () => 0);
}

/** Runs `task` with a signal that aborts after `limitMs` of the clock, or when `parent` does. */
export async function withTimeLimit<Result>(
  clock: Clock,
  limitMs: number,
  parent: AbortSignal,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const cancel = clock.after(limitMs, () => {
    limit.abort(new Error(`no answer within ${limitMs} ms`));
  });
  try {
    return await task(AbortSignal.any([limit.signal, parent]));
  } finally {
    cancel();
  }
}
