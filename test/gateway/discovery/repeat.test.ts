import { describe, expect, it } from 'vitest';

import { beat, repeat, withTimeLimit } from '../../../gateway/discovery/repeat.ts';
import { ManualClock } from '../../support/clock.ts';
import { pass, settle } from '../../support/passing-time.ts';

/** Rounds that take as long as they are told, and keep count. */
class Rounds {
  readonly clock = new ManualClock();
  readonly startedMs: number[] = [];
  readonly aborted: unknown[] = [];
  takesMs = 0;
  open = 0;
  openMax = 0;

  start(delayMs = 0): () => void {
    const options = { clock: this.clock, delayMs, intervalMs: 100, timeLimitMs: 500 };
    return repeat(options, async (signal) => {
      this.startedMs.push(this.clock.nowMs());
      this.open += 1;
      this.openMax = Math.max(this.openMax, this.open);
      await new Promise<void>((resolve) => {
        this.clock.after(this.takesMs, resolve);
        signal.addEventListener('abort', () => {
          this.aborted.push(signal.reason);
          resolve();
        });
      });
      this.open -= 1;
    });
  }
}

describe('a round that breaks on a bug', () => {
  const bug = new Error('a bug');

  /** Rounds that break until `heals` is called, and when each began. */
  function breaking() {
    const clock = new ManualClock();
    const startedMs: number[] = [];
    const crashes: unknown[] = [];
    let isBroken = true;
    const stop = repeat(
      {
        clock,
        delayMs: 0,
        intervalMs: 100,
        timeLimitMs: 500,
        crashed: (error) => crashes.push(error),
      },
      () => {
        startedMs.push(clock.nowMs());
        return isBroken ? Promise.reject(bug) : Promise.resolve();
      },
    );
    return { clock, startedMs, crashes, stop, heals: () => (isBroken = false) };
  }

  it('is told, and comes again, later each time', async () => {
    const { clock, startedMs, crashes } = breaking();

    await pass(clock, 1_500);

    expect(startedMs).toEqual([0, 200, 600, 1_400]);
    expect(crashes).toEqual([bug, bug, bug, bug]);
  });

  it('comes at least twice a minute, and at its interval again once it ends well', async () => {
    const { clock, startedMs, heals } = breaking();
    await pass(clock, 200_000);
    const last = startedMs.at(-1) ?? 0;
    expect(last - (startedMs.at(-2) ?? 0)).toBe(30_000);

    heals();
    await pass(clock, last + 30_250 - clock.nowMs());
    expect(startedMs.slice(-3)).toEqual([last + 30_000, last + 30_100, last + 30_200]);
  });

  it('is the last where it is stopped meanwhile', async () => {
    const { clock, startedMs, stop } = breaking();
    await pass(clock, 10);
    stop();
    await pass(clock, 60_000);
    expect(startedMs).toEqual([0]);
  });
});

describe('what is repeated', () => {
  it('runs at its interval, from start to start', async () => {
    const rounds = new Rounds();
    rounds.takesMs = 30;
    rounds.start();

    await pass(rounds.clock, 350);

    expect(rounds.startedMs).toEqual([0, 100, 200, 300]);
  });

  it('begins after the delay', async () => {
    const rounds = new Rounds();
    rounds.start(250);

    await pass(rounds.clock, 300);

    expect(rounds.startedMs).toEqual([250]);
  });

  it('takes half of the time at most where a round is slow, and never two at once', async () => {
    const rounds = new Rounds();
    rounds.takesMs = 150;
    rounds.start();

    await pass(rounds.clock, 700);

    expect(rounds.startedMs).toEqual([0, 300, 600]);
    expect(rounds.openMax).toBe(1);
  });

  it('is cut off at its time limit, and goes on', async () => {
    const rounds = new Rounds();
    rounds.takesMs = 10_000;
    rounds.start();

    await pass(rounds.clock, 1_100);

    expect(rounds.startedMs).toEqual([0, 1_000]);
    expect(rounds.aborted).toEqual([new Error('no answer within 500 ms')]);
  });

  it('stops in a round and between rounds, and leaves no timer', async () => {
    for (const stopAtMs of [20, 80]) {
      const rounds = new Rounds();
      rounds.takesMs = 50;
      const stop = rounds.start();
      await pass(rounds.clock, stopAtMs);

      stop();
      await pass(rounds.clock, 1_000);

      expect(rounds.startedMs).toEqual([0]);
      expect(rounds.clock.timers).toBe(0);
      stop();
    }
  });

  it('tells a round that it is over', async () => {
    const clock = new ManualClock();
    const seen: boolean[] = [];
    const options = { clock, delayMs: 0, intervalMs: 100, timeLimitMs: 500 };
    const stop = repeat(options, async (_, isOver) => {
      seen.push(isOver());
      await settle();
      seen.push(isOver());
    });
    clock.advance(0);

    stop();
    await settle();
    await settle();

    expect(seen).toEqual([false, true]);
  });
});

describe('a beat', () => {
  it('comes at its interval, later each time behind a bug, until it is stopped', () => {
    const clock = new ManualClock();
    const startedMs: number[] = [];
    const crashes: unknown[] = [];
    const bug = new Error('a bug');
    const options = { clock, intervalMs: 250, crashed: (error: unknown) => crashes.push(error) };
    const stop = beat(options, () => {
      startedMs.push(clock.nowMs());
      if (clock.nowMs() > 250 && clock.nowMs() < 1_500) throw bug;
    });
    clock.advance(2_000);
    expect(startedMs).toEqual([250, 500, 750, 1_150, 1_950]);
    expect(crashes).toEqual([bug, bug, bug]);

    clock.advance(250);
    expect(startedMs.at(-1)).toBe(2_200);
    stop();
    expect(clock.timers).toBe(0);
  });

  it('may be stopped by itself, by a bug too', () => {
    const clock = new ManualClock();
    const stop = beat({ clock, intervalMs: 250 }, () => {
      stop();
      throw new Error('a bug');
    });
    clock.advance(250);
    expect(clock.timers).toBe(0);
  });
});

describe('a time limit', () => {
  const never = new AbortController().signal;

  it('gives what comes in time, and leaves no timer', async () => {
    const clock = new ManualClock();
    expect(await withTimeLimit(clock, 100, never, () => Promise.resolve(7))).toBe(7);
    expect(clock.timers).toBe(0);
  });

  it('is gone when the task fails', async () => {
    const clock = new ManualClock();
    const failure = withTimeLimit(clock, 100, never, () => Promise.reject(new Error('no')));
    await expect(failure).rejects.toThrow('no');
    expect(clock.timers).toBe(0);
  });

  it('aborts at the limit and not before', async () => {
    const clock = new ManualClock();
    let signal = never;
    void withTimeLimit(clock, 100, never, async (limit) => {
      signal = limit;
      await settle();
      await settle();
    });
    clock.advance(99);
    expect(signal.aborted).toBe(false);
    clock.advance(1);
    expect(signal.aborted).toBe(true);
  });

  it('aborts with what it is part of', async () => {
    const parent = new AbortController();
    await withTimeLimit(new ManualClock(), 100, parent.signal, (signal) => {
      parent.abort();
      expect(signal.aborted).toBe(true);
      return Promise.resolve();
    });
  });
});
