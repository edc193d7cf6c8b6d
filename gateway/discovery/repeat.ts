import type { CancelTimer, Clock } from '../clock.ts';

/** How often something is done, and how long it may take. */
export interface RepeatOptions {
  readonly clock: Clock;
  /** Before the first round. */
  readonly delayMs: number;
  /** From one start to the next; more where a round takes more than half of it. */
  readonly intervalMs: number;
  /** After it the round's signal aborts. */
  readonly timeLimitMs: number;
}

/** One round. Must not reject; after an `await` it asks `isOver`, since it may have been stopped meanwhile. */
export type Round = (signal: AbortSignal, isOver: () => boolean) => Promise<void>;

/** Runs rounds until the result is called, never two at a time. */
export function repeat(
  { clock, delayMs, intervalMs, timeLimitMs }: RepeatOptions,
  round: Round,
): CancelTimer {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    const startedMs = clock.nowMs();
    await withTimeLimit(clock, timeLimitMs, signal, (limit) => round(limit, () => signal.aborted));
    if (signal.aborted) return;
    const tookMs = clock.nowMs() - startedMs;
    // A replica whose page is slow is asked half of the time at most.
    cancelTimer = clock.after(Math.max(intervalMs - tookMs, tookMs), () => void run());
  };
  let cancelTimer = clock.after(delayMs, () => void run());
  return () => {
    stopping.abort();
    cancelTimer();
  };
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
