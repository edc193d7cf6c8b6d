import type { CancelTimer, Clock } from '../clock.ts';

/** How often something is done, and how long it may take. */
export interface RepeatOptions {
  readonly clock: Clock;
  /** From one start to the next; more where a round takes more than half of it. */
  readonly intervalMs: number;
  /** After it the round's signal aborts. */
  readonly timeLimitMs: number;
}

/** Runs rounds of `task` until stopped, the first at once, never two at a time. `task` must not reject. */
export function repeat(
  { clock, intervalMs, timeLimitMs }: RepeatOptions,
  task: (signal: AbortSignal) => Promise<void>,
): CancelTimer {
  const stopping = new AbortController();
  let cancelTimer: CancelTimer = () => undefined;
  const round = async (): Promise<void> => {
    const startedMs = clock.nowMs();
    await withTimeLimit(clock, timeLimitMs, stopping.signal, task);
    if (stopping.signal.aborted) return;
    const tookMs = clock.nowMs() - startedMs;
    // A replica whose page is slow is asked half of the time at most.
    cancelTimer = clock.after(Math.max(intervalMs - tookMs, tookMs), () => void round());
  };
  void round();
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
