import type { CancelTask, SimulatorClock } from './clock.ts';

/** A clock that can stand still: what is due meanwhile runs as much later. */
export interface PausableClock extends SimulatorClock {
  /** Time stands still. Further calls do nothing. */
  pause(): void;
  /** Time goes on from where it stood. */
  resume(): void;
}

interface Task {
  readonly timeMs: number;
  readonly task: () => void;
  /** `undefined` while it is held. */
  cancel: CancelTask | undefined;
}

/** Lets `clock` be paused. */
export function pausableClock(clock: SimulatorClock): PausableClock {
  const tasks = new Set<Task>();
  let lostMs = 0;
  let pausedAtMs: number | undefined;
  const nowMs = (): number => (pausedAtMs ?? clock.nowMs()) - lostMs;

  const arm = (one: Task): void => {
    one.cancel = clock.at(one.timeMs + lostMs, () => {
      tasks.delete(one);
      one.task();
    });
  };
  return {
    nowMs,
    at(timeMs, task) {
      const one: Task = { timeMs, task, cancel: undefined };
      tasks.add(one);
      if (pausedAtMs === undefined) arm(one);
      return () => {
        tasks.delete(one);
        one.cancel?.();
      };
    },
    pause() {
      if (pausedAtMs !== undefined) return;
      pausedAtMs = clock.nowMs();
      for (const one of tasks) one.cancel?.();
    },
    resume() {
      if (pausedAtMs === undefined) return;
      lostMs += clock.nowMs() - pausedAtMs;
      pausedAtMs = undefined;
      for (const one of tasks) arm(one);
    },
  };
}
