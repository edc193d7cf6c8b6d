import type { LoadSnapshot } from '../../routing/replica.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import type { LoadReading, LoadSource, ReadPage } from '../engines/catalog.ts';
import { FailureStreak } from './failure-streak.ts';
import { reasonOf } from './health-check.ts';
import { repeat } from './repeat.ts';
import type { WatchTerms } from './watch-terms.ts';

/** Told what the polls find. */
export interface LoadListener {
  tells(load: LoadSnapshot): void;
  /** Another process answers than before; what it is has to be asked anew. */
  restarted(): void;
  /** Nobody is there to be asked; `reason` is for people. */
  down(reason: string): void;
}

/** Reads an engine's load again and again, the first time at once. */
export function pollLoad(
  { clock, readPage, limits, crashed }: WatchTerms,
  source: LoadSource,
  listener: LoadListener,
): CancelTimer {
  const { loadIntervalMs, loadTimeoutMs, failuresMax } = limits;
  const streak = new FailureStreak(failuresMax);
  let last: LoadReading | undefined;
  const options = {
    clock,
    delayMs: 0,
    intervalMs: loadIntervalMs,
    timeLimitMs: loadTimeoutMs,
    crashed,
  };
  return repeat(options, async (signal, isOver) => {
    try {
      const reading = await readLoad(readPage, source, clock, signal);
      streak.succeeded();
      if (reading === undefined || isOver()) return;
      if (isRestart(last, reading)) return listener.restarted();
      last = reading;
      listener.tells(reading.load);
    } catch (error) {
      // A page that is late only ages what is known; one that cannot be had says that nobody is there.
      if (signal.aborted || isOver()) return;
      if (streak.failed()) listener.down(reasonOf(error));
    }
  });
}

/** Reads an engine's load once. Rejects when a page does not come; `undefined` when the pages tell none. */
export async function readLoad(
  readPage: ReadPage,
  source: LoadSource,
  clock: Clock,
  signal: AbortSignal,
): Promise<LoadReading | undefined> {
  // Before the pages are asked for: what they do not count yet was sent after it.
  const askedMs = clock.nowMs();
  const pages = await Promise.all(source.paths.map((path) => readPage(path, signal)));
  if (!pages.every(({ status }) => status === 200)) return undefined;
  return source.read(
    pages.map(({ body }) => body),
    { askedMs },
  );
}

/** Whether another process answers than the one that gave the earlier reading. */
export function isRestart(earlier: LoadReading | undefined, later: LoadReading): boolean {
  if (earlier === undefined) return false;
  if (earlier.startedAt !== undefined && later.startedAt !== undefined) {
    return earlier.startedAt !== later.startedAt;
  }
  return (later.workDone ?? Infinity) < (earlier.workDone ?? 0);
}
