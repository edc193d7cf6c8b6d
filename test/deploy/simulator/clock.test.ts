import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { VirtualClock, wallClock, type WallTimers } from '../../../deploy/simulator/clock.ts';

describe('VirtualClock', () => {
  it('stands at 0 until it is run', () => {
    const clock = new VirtualClock();
    clock.at(5, () => undefined);

    expect(clock.nowMs()).toBe(0);
  });

  it('stands at the time of a task while that task runs', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.at(7.5, () => seen.push(clock.nowMs()));
    clock.at(2, () => seen.push(clock.nowMs()));

    expect(clock.run()).toBe(2);
    expect(seen).toEqual([2, 7.5]);
  });

  it('runs tasks of one time in the order in which they were asked for', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    for (const name of ['first', 'second', 'third']) clock.at(1, () => seen.push(name));

    clock.run();

    expect(seen).toEqual(['first', 'second', 'third']);
  });

  it('runs a task of the present after those that were asked for before it, never inside the call', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.at(1, () => {
      clock.at(1, () => seen.push('asked later'));
      seen.push('asked first');
    });
    clock.at(1, () => seen.push('asked second'));

    clock.run();

    expect(seen).toEqual(['asked first', 'asked second', 'asked later']);
  });

  it('runs a task of the past at once without going back', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.at(10, () => clock.at(3, () => seen.push(clock.nowMs())));

    clock.run();

    expect(seen).toEqual([10]);
  });

  it('runs no task that was taken back, and counts none', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const cancel = clock.at(1, () => seen.push('taken back'));
    clock.at(2, () => seen.push('kept'));

    cancel();
    cancel();

    expect(clock.run()).toBe(1);
    expect(seen).toEqual(['kept']);
  });

  it('lets a task that ran be taken back without effect', () => {
    const clock = new VirtualClock();
    const cancel = clock.at(1, () => undefined);
    clock.run();

    cancel();

    expect(clock.run()).toBe(0);
  });

  it('runs up to and at a time, and stands there', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    for (const timeMs of [1, 2, 3]) clock.at(timeMs, () => seen.push(timeMs));

    expect(clock.runUntil(2)).toBe(2);
    expect(clock.nowMs()).toBe(2);
    expect(clock.runUntil(2.5)).toBe(0);
    expect(clock.nowMs()).toBe(2.5);
    expect(clock.runUntil(1)).toBe(0);
    expect(clock.nowMs()).toBe(2.5);
    expect(seen).toEqual([1, 2]);
  });

  it('never goes back, whatever tasks ask for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 }), (times) => {
        const clock = new VirtualClock();
        let last = 0;
        const ask = (index: number): void => {
          const timeMs = times[index];
          if (timeMs === undefined) return;
          clock.at(timeMs, () => {
            expect(clock.nowMs()).toBe(Math.max(last, timeMs));
            last = clock.nowMs();
            ask(index + 1);
          });
        };
        ask(0);
        expect(clock.run()).toBe(times.length);
      }),
    );
  });
});

describe('wallClock', () => {
  it('starts at 0 and runs at its speed', () => {
    const wall = new HandWall(1000);
    const clock = wallClock(3, wall);

    expect(clock.nowMs()).toBe(0);
    wall.moveTo(1010);
    expect(clock.nowMs()).toBe(30);
  });

  it('runs a task when its engine time has come on the wall', () => {
    const wall = new HandWall();
    const clock = wallClock(2, wall);
    const seen: number[] = [];
    clock.at(20, () => seen.push(wall.nowMs()));

    wall.moveTo(9.5);
    expect(seen).toEqual([]);
    wall.moveTo(10);
    expect(seen).toEqual([10]);
  });

  it('asks for whole wall milliseconds, rounded up', () => {
    const wall = new HandWall();
    wallClock(3, wall).at(10, () => undefined);

    expect(wall.delays).toEqual([4]);
  });

  it('runs a task of the past as soon as the wall lets it, not inside the call', () => {
    const wall = new HandWall();
    const clock = wallClock(1, wall);
    wall.moveTo(50);
    const seen: number[] = [];

    clock.at(20, () => seen.push(clock.nowMs()));

    expect(seen).toEqual([]);
    expect(wall.delays).toEqual([0]);
    wall.moveTo(50);
    expect(seen).toEqual([50]);
  });

  it('waits for the rest when a timer fires early', () => {
    const wall = new HandWall();
    wall.earlyMs = 0.75;
    const clock = wallClock(1, wall);
    const seen: number[] = [];
    clock.at(10, () => seen.push(wall.nowMs()));

    wall.moveTo(9.25);
    expect(seen).toEqual([]);
    wall.earlyMs = 0;
    wall.moveTo(11);

    expect(seen).toEqual([10.25]);
  });

  it('does not add up lateness over tasks that follow one another', () => {
    const wall = new HandWall();
    wall.lateMs = 3;
    const clock = wallClock(1, wall);
    const seen: number[] = [];
    const follow = (timeMs: number): void => {
      clock.at(timeMs, () => {
        seen.push(wall.nowMs());
        if (timeMs < 50) follow(timeMs + 10);
      });
    };
    follow(10);

    wall.moveTo(100);

    expect(seen).toEqual([13, 23, 33, 43, 53]);
  });

  it('runs no task that was taken back', () => {
    const wall = new HandWall();
    const seen: string[] = [];
    const cancel = wallClock(1, wall).at(5, () => seen.push('ran'));

    cancel();
    wall.moveTo(10);

    expect(seen).toEqual([]);
    cancel();
  });

  it('takes back a task whose timer fired early and is set again', () => {
    const wall = new HandWall();
    wall.earlyMs = 0.75;
    const seen: string[] = [];
    const cancel = wallClock(1, wall).at(5, () => seen.push('ran'));
    wall.moveTo(4.25);
    expect(wall.delays).toEqual([5, 1]);

    cancel();
    wall.moveTo(10);

    expect(seen).toEqual([]);
  });

  it('records how late its tasks ran in wall milliseconds', () => {
    const wall = new HandWall();
    const clock = wallClock(10, wall);
    clock.at(100, () => undefined);
    expect(clock.lateness()).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0, count: 0 });

    wall.lateMs = 2;
    wall.moveTo(20);

    expect(clock.lateness()).toEqual({ p50Ms: 2, p99Ms: 2, maxMs: 2, count: 1 });
  });

  it.each([0, -1, Infinity, NaN])('refuses a speed of %d', (speed) => {
    expect(() => wallClock(speed, new HandWall())).toThrow('speed is above 0');
  });
});

/** A wall whose time is moved by hand; its timers may be late or early. */
class HandWall implements WallTimers {
  readonly delays: number[] = [];
  lateMs = 0;
  earlyMs = 0;
  #nowMs: number;
  readonly #timers = new Set<{ readonly dueMs: number; readonly task: () => void }>();

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    this.delays.push(delayMs);
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Fires, in order, what is due until then, and stands there. */
  moveTo(nowMs: number): void {
    for (let timer = this.#nextDue(nowMs); timer !== undefined; timer = this.#nextDue(nowMs)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, this.#firesAt(timer.dueMs));
      timer.task();
    }
    this.#nowMs = nowMs;
  }

  #nextDue(nowMs: number): { readonly dueMs: number; readonly task: () => void } | undefined {
    return [...this.#timers]
      .filter(({ dueMs }) => this.#firesAt(dueMs) <= nowMs)
      .toSorted((one, other) => one.dueMs - other.dueMs)[0];
  }

  #firesAt(dueMs: number): number {
    return dueMs + this.lateMs - this.earlyMs;
  }
}
